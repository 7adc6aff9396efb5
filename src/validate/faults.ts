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

/**
 * What was found in a lab, where it counts: one that has died, or cannot do what every lab does, makes any lesson fail, so
 * that is found in place of the lesson's faults.
 */
export async function blamed(findings: Finding[], lab: Lab | undefined, line: number): Promise<Finding[]> {
  if (!findings.some(({ status }) => status === 'fail')) return findings;
  const why = await whyUnwell(lab);
  return why ? [{ status: 'broken', rule: 'lab', line, message: sentence(why) }] : findings;
}

/** The same, of what went wrong outside the blocks that are typed. */
export const troubleOf = (error: unknown, lab: Lab | undefined, line: number): Promise<Finding> =>
  error instanceof SetupError
    ? faultOf(error, lab, { rule: 'setup', line: error.line })
    : faultOf(error, lab, { rule: 'lab', line });

const NO_PRIVILEGES = '^NoNewPrivs:[[:space:]]*1';

/** Undefined from a lab that answers, and in which sudo may work. */
async function whyUnwell(lab: Lab | undefined): Promise<Error | undefined> {
  if (!lab) return undefined;
  try {
    const { exitCode } = await lab.exec(['grep', '-qs', NO_PRIVILEGES, '/proc/self/status'], { timeout: 10_000 });
    lab.gone.throwIfAborted();
    if (exitCode === 0) return new Error('Its engine makes labs with “no-new-privileges”, in which sudo cannot work.');
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
