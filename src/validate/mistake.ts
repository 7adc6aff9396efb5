import type { Runtime, Snapshot } from '../lab/lab.ts';
import { type CommandBlock, checksOf, questionsOf, type Step, solutionOf } from '../model/scenario.ts';
import type { Verdict } from '../model/verdict.ts';
import { Session } from '../session/session.ts';
import { UserError } from '../util/user-error.ts';
import { answerRightly, brokenChecks, PROOF_SIZE, screenOf } from './common.ts';
import type { Finding } from './proof.ts';

/**
 * Makes a mistake in a copy of the lab as it stood on entering the step, and demands that the check it names fails, that
 * no other does, and that the learner is told the cause. The lab itself, and what runs in it, goes on untouched.
 */
export async function proveMistake(
  session: Session,
  runtime: Runtime,
  snapshot: Snapshot,
  step: Step,
  wrong: CommandBlock,
): Promise<Finding[]> {
  const { scenario, state } = session;
  const copy = new Session({
    scenario,
    runtime,
    keep: false,
    size: PROOF_SIZE,
    resume: { snapshot, places: session.places() },
    state: { step: state.step, steps: state.steps, terminal: state.terminal },
  });
  const finding = (message: string, details: Partial<Finding> = {}): Finding[] => [
    { status: 'fail', rule: 'wrong', line: wrong.line, message, ...details },
  ];
  try {
    await copy.open();
    answerRightly(copy, questionsOf(step));
    const blocks = wrong.replaces
      ? solutionOf(step).map((block) => (block.id === wrong.replaces ? wrong : block))
      : [wrong];
    // A mistake may well make its own command, or one after it, fail: what counts is what the checks say then.
    for (const block of blocks) await copy.run(block);
    const verdicts = await copy.settle((seen) => tripped(step, seen).join() === wrong.trips);
    const unclear = brokenChecks(step, verdicts);
    if (unclear.length > 0) return unclear;
    const failing = tripped(step, verdicts);
    if (failing.join() !== wrong.trips) {
      return finding('This mistake does not trip exactly the check that it names.', {
        expected: `only “${wrong.trips}” fails`,
        actual: failing.length === 0 ? 'every check passes' : `failing: ${reasons(step, verdicts)}`,
        ...screenOf(copy, wrong),
      });
    }
    const index = checksOf(step).findIndex((check) => check.name === wrong.trips);
    const verdict = verdicts[index]!;
    if (verdict.status === 'fail' && verdict.diagnosis === null && checksOf(step)[index]!.diagnose.length > 0) {
      return finding(`This mistake trips “${wrong.trips}”, but none of its diagnoses holds.`, {
        expected: 'one of the diagnoses',
        actual: `the learner reads: ${verdict.reason}`,
      });
    }
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return finding(`This mistake could not be made: ${error.message}`, screenOf(copy, wrong));
  } finally {
    await copy.close('remove');
  }
}

const tripped = (step: Step, verdicts: Verdict[]): string[] =>
  checksOf(step)
    .filter((_, i) => verdicts[i]!.status === 'fail')
    .map((check) => check.name);

const reasons = (step: Step, verdicts: Verdict[]): string =>
  checksOf(step)
    .flatMap((check, i) => {
      const verdict = verdicts[i]!;
      return verdict.status === 'fail' ? [`“${check.name}” (${verdict.reason})`] : [];
    })
    .join(', ');
