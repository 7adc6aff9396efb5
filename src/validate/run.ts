import { messageOf, UserError } from '../util/user-error.ts';
import { type Case, outcomeOf, type Proof, type Reporter, type Run, type StepProof } from './proof.ts';

export interface RunOptions {
  /** How many are proved at once. */
  jobs: number;
  /** Begin no more after the first that does not pass. */
  bail: boolean;
  reporter: Reporter;
  /** Begins no more, and ends what is in hand in good order. */
  signal: AbortSignal;
  /** Waits no longer for what is in hand. */
  hurry?: AbortSignal | undefined;
  /** How long what is in hand may take to end once `signal` has aborted, in milliseconds. */
  grace?: number;
  /** Calls back when what is in hand will not end any more, with the reason; returns what takes the listener away. */
  onStall?: (listener: (reason: Error) => void) => () => void;
  prove(testCase: Case, onStep: (step: StepProof) => void): Promise<Proof>;
  /** Hears, after the report, of each error that was not foreseen. */
  onBug(error: unknown): void;
}

/** Labs take some seconds to go; an engine that does not answer never lets them. */
const GRACE = 30_000;

/**
 * Proves cases in their order and reports. Whatever happens to one, the others and what was proved are not lost. Rejects
 * only when a report could not be written.
 */
export async function runCases(cases: Case[], options: RunOptions): Promise<Run> {
  const { jobs, bail, reporter, signal, hurry, grace = GRACE, onStall } = options;
  const began = performance.now();
  const waiting = [...cases];
  const proofs: Proof[] = [];
  /** By what they say: one that meets every case is told once. */
  const bugs = new Map<string, unknown>();
  let bailed = false;

  const work = async () => {
    while (!signal.aborted && !hurry?.aborted && !bailed) {
      const testCase = waiting.shift();
      if (!testCase) return;
      reporter.caseStarted?.(testCase);
      const proof = await proveCase(testCase);
      proofs.push(proof);
      reporter.caseEnded?.(proof);
      bailed ||= bail && outcomeOf(proof) !== 'passed';
    }
  };

  async function proveCase(testCase: Case): Promise<Proof> {
    const started = performance.now();
    const steps: StepProof[] = [];
    let ended = false;
    const onStep = (step: StepProof) => {
      // One that was given up may go on by itself; what it says then comes too late.
      if (ended) return;
      steps.push(step);
      reporter.step?.(testCase, step);
    };
    const givenUp = giveUp();
    try {
      return await Promise.race([options.prove(testCase, onStep), givenUp.promise]);
    } catch (error) {
      const proof = { case: testCase, steps, milliseconds: performance.now() - started, interrupted: signal.aborted };
      if (signal.aborted) return { ...proof, findings: [] };
      if (!(error instanceof UserError)) bugs.set(messageOf(error), error);
      return { ...proof, findings: [{ status: 'broken', rule: 'lab', line: 1, message: messageOf(error) }] };
    } finally {
      ended = true;
      givenUp.forget();
    }
  }

  /** A promise that rejects when a case in hand is not to be waited for any more. */
  function giveUp(): { promise: Promise<never>; forget(): void } {
    const { promise, reject } = Promise.withResolvers<never>();
    let timer: NodeJS.Timeout | undefined;
    const onInterrupt = () => {
      timer = setTimeout(() => reject(signal.reason), grace);
    };
    const onHurry = () => reject(hurry!.reason);
    const noStall = onStall?.(reject);
    signal.addEventListener('abort', onInterrupt);
    hurry?.addEventListener('abort', onHurry);
    const forget = () => {
      clearTimeout(timer);
      noStall?.();
      signal.removeEventListener('abort', onInterrupt);
      hurry?.removeEventListener('abort', onHurry);
    };
    return { promise, forget };
  }

  await Promise.all(Array.from({ length: jobs }, work));
  const milliseconds = performance.now() - began;
  const run: Run = { proofs, notRun: waiting, milliseconds, interrupted: signal.aborted };
  try {
    await reporter.end(run);
  } catch (error) {
    // Told here where an interrupt would be all that is said of it.
    if (signal.aborted) options.onBug(error);
    else throw error;
  } finally {
    for (const bug of bugs.values()) options.onBug(bug);
  }
  return run;
}
