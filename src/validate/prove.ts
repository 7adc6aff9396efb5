import type { Runtime } from '../lab/lab.ts';
import {
  type CommandBlock,
  checksOf,
  commandsOf,
  questionsOf,
  type Scenario,
  type Step,
  solutionOf,
} from '../model/scenario.ts';
import type { Verdict } from '../model/verdict.ts';
import { Session } from '../session/session.ts';
import { messageOf, UserError } from '../util/user-error.ts';
import { backgroundFindings, commandFindings } from './commands.ts';
import { answerRightly, brokenChecks, PROOF_SIZE, screenOf } from './common.ts';
import { proveMistake } from './mistake.ts';
import type { Case, Finding, Proof, StepProof } from './proof.ts';

export interface ProveOptions {
  runtime: Runtime;
  keepFailed: boolean;
  signal: AbortSignal;
  onStep(step: StepProof): void;
}

/**
 * Proves that a lesson works, as its learner would meet it: for each step, untouched its checks do not all pass, each
 * mistake trips the check it names, and solved they all pass.
 */
export async function prove(scenario: Scenario, testCase: Case, options: ProveOptions): Promise<Proof> {
  const { runtime, keepFailed, signal, onStep } = options;
  const proof: Proof = { case: testCase, steps: [], findings: [], milliseconds: 0, interrupted: false };
  const began = performance.now();
  const session = new Session({ scenario, runtime, keep: keepFailed, size: PROOF_SIZE });
  const abort = () => void session.close('remove').catch(() => {});
  signal.addEventListener('abort', abort);
  let failed = false;
  try {
    await session.open();
    for (const [index, step] of scenario.steps.entries()) {
      signal.throwIfAborted();
      const stepProof = await proveStep(session, step, index, runtime);
      proof.steps.push(stepProof);
      onStep(stepProof);
      failed ||= stepProof.findings.length > 0;
      // The steps after one that cannot be solved have nothing to stand on.
      if (stepProof.findings.some((finding) => STOPPING.has(finding.rule))) break;
    }
  } catch (error) {
    signal.throwIfAborted();
    failed = true;
    proof.findings.push(broken(error, 1));
  } finally {
    signal.removeEventListener('abort', abort);
    const lab = session.lab?.id;
    if (failed && keepFailed && lab) {
      proof.kept = lab;
      await session.close('keep').catch(() => {});
    } else {
      await session.close('remove').catch((error) => proof.findings.push(broken(error, 1)));
      if (lab && (await runtime.labs()).some(({ id }) => id === lab)) {
        proof.findings.push({
          status: 'broken',
          rule: 'left-over',
          line: 1,
          message: `The lab ${lab} was left behind.`,
        });
      }
    }
  }
  proof.milliseconds = performance.now() - began;
  return proof;
}

const STOPPING = new Set<Finding['rule']>(['command', 'exit', 'not-reached', 'background', 'lab', 'check-broken']);

async function proveStep(session: Session, step: Step, index: number, runtime: Runtime): Promise<StepProof> {
  const began = performance.now();
  const checks = checksOf(step);
  const wrongs = commandsOf(step.blocks, 'wrong');
  const findings: Finding[] = [];
  try {
    if (index > 0) await session.move(index);
    if (checks.length > 0) findings.push(...untouched(step, await session.checkNow()));
    if (wrongs.length > 0) {
      const snapshot = await session.lab!.snapshot();
      try {
        for (const wrong of wrongs) findings.push(...(await proveMistake(session, runtime, snapshot, step, wrong)));
      } finally {
        await runtime.removeSnapshot(snapshot);
      }
    }
    findings.push(...(await proveSolution(session, step)));
  } catch (error) {
    findings.push(broken(error, step.line));
  }
  const milliseconds = performance.now() - began;
  const { id, title, line } = step;
  return { id, title, line, checks: checks.length, mistakes: wrongs.length, ablations: 0, milliseconds, findings };
}

/** Before anything is typed: a check that passes on an undone step proves nothing. */
function untouched(step: Step, verdicts: Verdict[]): Finding[] {
  const unclear = brokenChecks(step, verdicts);
  if (unclear.length > 0 || verdicts.some((verdict) => verdict.status !== 'pass')) return unclear;
  return [
    {
      status: 'fail',
      rule: 'vacuous',
      line: checksOf(step)[0]!.line,
      message: 'The checks of this step all pass before anything has been done, so they prove nothing.',
      expected: 'at least one check that fails until the step is done',
      actual: `passing: ${checksOf(step)
        .map((check) => `“${check.name}”`)
        .join(', ')}`,
    },
  ];
}

async function proveSolution(session: Session, step: Step): Promise<Finding[]> {
  const findings: Finding[] = [];
  answerRightly(session, questionsOf(step));
  const blocks = solutionOf(step);
  const started: { block: CommandBlock; records: Awaited<ReturnType<Session['run']>> }[] = [];
  for (const block of blocks) {
    try {
      const records = await session.run(block);
      started.push({ block, records });
      findings.push(...commandFindings(block, records, session));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      findings.push({
        status: 'fail',
        rule: 'command',
        line: block.line,
        message: error.message,
        ...screenOf(session, block),
      });
      return findings;
    }
  }
  if (checksOf(step).length > 0) findings.push(...notReached(step, await session.settle()));
  findings.push(...started.flatMap(({ block, records }) => backgroundFindings(block, records, session)));
  return findings;
}

function notReached(step: Step, verdicts: Verdict[]): Finding[] {
  const failing = checksOf(step).flatMap((check, i): Finding[] => {
    const verdict = verdicts[i];
    if (verdict?.status !== 'fail') return [];
    return [
      {
        status: 'fail',
        rule: 'not-reached',
        line: check.line,
        message: `“${check.name}” does not hold after the step was solved: ${verdict.reason}`,
        expected: verdict.expected,
        actual: verdict.actual,
      },
    ];
  });
  return [...failing, ...brokenChecks(step, verdicts)];
}

const broken = (error: unknown, line: number): Finding => ({
  status: error instanceof UserError && error.code === 'setup-failed' ? 'fail' : 'broken',
  rule: 'lab',
  line,
  message: messageOf(error),
});
