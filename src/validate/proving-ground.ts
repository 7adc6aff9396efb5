import type { Lab, Runtime, Snapshot } from '../lab/lab.ts';
import { type Check, patienceOf } from '../model/check.ts';
import { checksOf, commandsOf, type Scenario, type Step } from '../model/scenario.ts';
import { allPass, type Verdict } from '../model/verdict.ts';
import { Session } from '../session/session.ts';
import type { SessionState } from '../session/state.ts';
import type { Places } from '../session/tabs.ts';
import type { TerminalSize } from '../terminal/pty.ts';
import { poll } from '../util/poll.ts';
import { EXIT, messageOf, UserError } from '../util/user-error.ts';
import { backgroundChecks, failingOf } from './checks.ts';
import { type LogMarks, withLogs } from './evidence.ts';
import { blamed } from './faults.ts';
import { type Finding, isFault } from './proof.ts';

/** How a session stood on entering a step: all that it takes to go on from there in a copy of its lab. */
export interface Entry {
  snapshot: Snapshot;
  places: Places;
  state: Pick<SessionState, 'step' | 'steps' | 'terminal'>;
  /** What the commands in the background had brought about. */
  standing: Check[];
  /** What the step's checks said. */
  untouched: Verdict[];
  marks: LogMarks;
}

interface Options {
  runtime: Runtime;
  /** Keep the first lab in which something is at fault. */
  keepFailed: boolean;
  signal: AbortSignal;
}

/** Wide and high enough that no line wraps and no pager stops the typing. */
const SIZE: TerminalSize = { columns: 160, rows: 50 };

/** How long the engine may take for what takes it seconds, in milliseconds: one that never answers must end too. */
const LONGEST = { open: 180_000, snapshot: 120_000, close: 60_000 };

/** How long the blocks may take that are done while a lab is made. */
const setupTime = ({ introduction, steps }: Scenario, step: number): number =>
  commandsOf([...introduction, ...steps[step]!.blocks], 'setup').reduce((sum, { timeout }) => sum + timeout, 0);

async function within<T>(milliseconds: number, what: string, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const message = `${what} within ${Math.round(milliseconds / 1000)} s.`;
    late.reject(new UserError('lab-late', message, { hint: 'waldojo doctor', exit: EXIT.environment }));
  }, milliseconds);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The labs of one proof: the one that the lesson is walked through in, and copies of it to try other ways. */
export class ProvingGround {
  readonly scenario: Scenario;
  readonly signal: AbortSignal;
  /** Id of the lab that was kept. */
  kept: string | undefined;
  readonly #runtime: Runtime;
  readonly #keepFailed: boolean;
  readonly #sessions = new Set<Session>();
  readonly #entries = new Set<Entry>();
  /** Labs and snapshots that go while the proof goes on. */
  readonly #removals: Promise<void>[] = [];
  readonly #failed = new Set<Check>();
  readonly #end = () => {
    for (const session of this.#sessions) this.#remove(session);
  };

  constructor(scenario: Scenario, { runtime, keepFailed, signal }: Options) {
    this.scenario = scenario;
    this.signal = signal;
    this.#runtime = runtime;
    this.#keepFailed = keepFailed;
    signal.addEventListener('abort', this.#end);
  }

  /** Of the newest session, which may have failed to open in it. */
  get lab(): Lab | undefined {
    return [...this.#sessions].at(-1)?.lab;
  }

  /** A new lab, or a copy of one as it stood on entering a step. */
  async open(entry?: Entry): Promise<Session> {
    this.signal.throwIfAborted();
    const { scenario } = this;
    const start = entry && { resume: entry, state: entry.state };
    const session = new Session({ scenario, runtime: this.#runtime, keep: this.#keepFailed, size: SIZE, ...start });
    this.#sessions.add(session);
    await within(LONGEST.open + setupTime(scenario, session.state.step), 'The lab was not there', session.open());
    // Its commands in the background have been started again, and take their time: whoever types now meets another lab.
    if (entry) await this.#stands(session, entry.standing);
    return session;
  }

  /** Takes down how a session stands, until it is forgotten. */
  async enter(session: Session, untouched: Verdict[], marks: LogMarks): Promise<Entry> {
    const { step, steps, terminal } = session.state;
    const places = session.places();
    const background = backgroundChecks(this.scenario, places);
    const verdicts = await session.look(background);
    const standing = background.filter((_, i) => verdicts[i]?.status === 'pass');
    const snapshot = await within(LONGEST.snapshot, 'The lab was not copied', session.lab!.snapshot(this.signal));
    const entry = { snapshot, places, state: { step, steps, terminal }, standing, untouched, marks };
    this.#entries.add(entry);
    return entry;
  }

  /** Takes down which checks of a step have been seen to fail. */
  saw(step: Step, verdicts: Verdict[]): void {
    for (const { check } of failingOf(step, verdicts)) this.#failed.add(check);
  }

  /** Checks of a step that no one has seen to fail, in whatever state it was looked at. */
  neverFailed(step: Step): Check[] {
    return checksOf(step).filter((check) => !this.#failed.has(check));
  }

  forget(entry: Entry): void {
    if (this.#entries.delete(entry)) {
      this.#later(
        within(LONGEST.close, 'A copy of the lab was not removed', this.#runtime.removeSnapshot(entry.snapshot)),
      );
    }
  }

  /** Tries something in a copy, of which nothing is left unless it fails and is to be kept. */
  async inCopy(entry: Entry, attempt: (copy: Session) => Promise<Finding[]>): Promise<Finding[]> {
    const copy = await this.open(entry);
    try {
      const { line } = this.scenario.steps[entry.state.step]!;
      const found = await blamed(await attempt(copy), copy.lab, line);
      const findings = await withLogs(found, copy.lab, entry.marks);
      if (findings.some(isFault)) await this.keep(copy);
      return findings;
    } finally {
      this.#remove(copy);
    }
  }

  /** Keeps a lab in which something failed, where that was asked for and no other has been. */
  async keep(session: Session): Promise<void> {
    const id = session.lab?.id;
    if (!this.#keepFailed || this.kept !== undefined || id === undefined || session.lab?.gone.aborted) return;
    this.kept = id;
    this.#sessions.delete(session);
    await within(LONGEST.close, 'The lab was not stopped', session.close('keep'));
  }

  /** Removes all that is not kept; resolves to what would not go. */
  async close(): Promise<Finding[]> {
    this.signal.removeEventListener('abort', this.#end);
    for (const session of this.#sessions) this.#remove(session);
    for (const entry of this.#entries) this.forget(entry);
    const ended = await Promise.allSettled(this.#removals);
    return ended.flatMap((end): Finding[] =>
      end.status === 'fulfilled'
        ? []
        : [
            {
              status: 'broken',
              rule: 'left-over',
              line: 1,
              message: `A lab could not be removed: ${messageOf(end.reason)}`,
            },
          ],
    );
  }

  /** Waits until checks hold, as long as they may take. Where they do not, what follows from it is what gets found. */
  async #stands(session: Session, checks: Check[]): Promise<void> {
    await poll(() => session.look(checks), allPass, { within: patienceOf(checks), signal: this.signal });
  }

  #remove(session: Session): void {
    if (this.#sessions.delete(session))
      this.#later(within(LONGEST.close, 'The lab was not removed', session.close('remove')));
  }

  #later(removal: Promise<void>): void {
    // Its failure is met at the end.
    removal.catch(() => {});
    this.#removals.push(removal);
  }
}
