import type { Lab } from '../lab/lab.ts';
import { SetupError } from '../session/setup.ts';
import { messageOf, UserError } from '../util/user-error.ts';
import type { Finding } from './proof.ts';

/** Errors that the lesson answers for, so long as its lab is well. */
const OF_THE_LESSON = ['setup-failed', 'command-timeout', 'command-incomplete', 'terminal-busy', 'terminal-ended'];

/**
 * A finding of an error that ended something. `fail` only where the lesson must be the cause: terminals end and commands
 * hang with a dying lab as well, so the lab is asked first. What is no trouble of the world around is a bug, and thrown.
 */
export async function faultOf(
  error: unknown,
  lab: Lab | undefined,
  finding: Pick<Finding, 'rule' | 'line' | 'evidence'>,
): Promise<Finding> {
  if (!isTrouble(error)) throw error;
  const lessons = error instanceof UserError && OF_THE_LESSON.includes(error.code);
  const why = await whyUnwell(lab);
  if (lessons && !why) return { ...finding, status: 'fail', message: sentence(error) };
  return { ...finding, status: 'broken', rule: 'lab', message: sentence(why ?? error) };
}

/** The same, of what went wrong outside the blocks that are typed. */
export const troubleOf = (error: unknown, lab: Lab | undefined, line: number): Promise<Finding> =>
  error instanceof SetupError
    ? faultOf(error, lab, { rule: 'setup', line: error.line })
    : faultOf(error, lab, { rule: 'lab', line });

/** Undefined from a lab that answers. */
async function whyUnwell(lab: Lab | undefined): Promise<Error | undefined> {
  if (!lab) return undefined;
  try {
    await lab.exec(['true'], { timeout: 10_000 });
    lab.gone.throwIfAborted();
  } catch (error) {
    return lab.gone.aborted ? lab.gone.reason : (error as Error);
  }
}

/** Of the engine, the disk, the system: they say what they are by a code. */
const isTrouble = (error: unknown): error is Error =>
  error instanceof UserError || (error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string');

const sentence = (error: unknown): string => {
  const hint = error instanceof UserError && error.hint ? ` ${error.hint}` : '';
  return `${messageOf(error)}${hint}`;
};
