import { messageOf, UserError } from '../util/user-error.ts';
import { type Case, outcomeOf, type Proof, type Reporter, type Run, type StepProof } from './proof.ts';

export interface RunOptions {
  /** How many are proved at once. */
  jobs: number;
  /** Begin no more after the first that does not pass. */
  bail: boolean;
  reporter: Reporter;
  signal: AbortSignal;
  prove(testCase: Case, onStep: (step: StepProof) => void): Promise<Proof>;
  /** Hears, after the report, of each error that was not foreseen. */
  onBug(error: unknown): void;
}

/** Proves cases in their order and reports. Whatever happens to one, the others and what was proved are not lost. */
export async function runCases(cases: Case[], options: RunOptions): Promise<Run> {
  const { jobs, bail, reporter, signal } = options;
  const began = performance.now();
  const waiting = [...cases];
  const proofs: Proof[] = [];
  /** By what they say: one that meets every case is told once. */
  const bugs = new Map<string, unknown>();
  let bailed = false;

  const work = async () => {
    while (!signal.aborted && !bailed) {
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
    const onStep = (step: StepProof) => {
      steps.push(step);
      reporter.step?.(testCase, step);
    };
    try {
      return await options.prove(testCase, onStep);
    } catch (error) {
      const proof = { case: testCase, steps, milliseconds: performance.now() - started, interrupted: signal.aborted };
      if (signal.aborted) return { ...proof, findings: [] };
      if (!(error instanceof UserError)) bugs.set(messageOf(error), error);
      return { ...proof, findings: [{ status: 'broken', rule: 'lab', line: 1, message: messageOf(error) }] };
    }
  }

  await Promise.all(Array.from({ length: jobs }, work));
  const milliseconds = performance.now() - began;
  const run: Run = { proofs, notRun: waiting, milliseconds, interrupted: signal.aborted };
  try {
    await reporter.end(run);
  } finally {
    for (const bug of bugs.values()) options.onBug(bug);
  }
  return run;
}
