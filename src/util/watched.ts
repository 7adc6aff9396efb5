import { createContext, Script } from 'node:vm';

const context = createContext({ run: undefined as (() => unknown) | undefined });
const script = new Script('run()');

/**
 * What `run` returns, within so many milliseconds: a regular expression, or a parser, that an author's text sends round and
 * round is ended from outside, by a thread of Node's. Until then nothing else happens in this program, signals included, so
 * the time should be short. Throws a TookTooLong.
 */
export function watched<T>(run: () => T, milliseconds: number): T {
  const outer = context.run;
  context.run = run;
  try {
    return script.runInContext(context, { timeout: milliseconds }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new TookTooLong();
    throw error;
  } finally {
    context.run = outer;
  }
}

/** Something was ended because it would not end. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
  constructor() {
    super('This took too long.');
  }
}
