import { type CommandBlock, checksOf, type Step, solutionOf } from '../model/scenario.ts';
import type { Session } from '../session/session.ts';
import { SetupError } from '../session/setup.ts';
import { currentStep } from '../session/state.ts';
import { brokenOf, failingOf } from './checks.ts';
import { faultOf } from './faults.ts';
import { notAsMeant } from './mistake.ts';
import type { Finding } from './proof.ts';
import type { Entry, ProvingGround } from './proving-ground.ts';
import { entersOtherwise, tryCopy } from './rewind.ts';
import { solve } from './solve.ts';

/** The blocks whose absence some check must notice. */
export const neededOf = (step: Step): CommandBlock[] => solutionOf(step).filter(({ optional }) => !optional);

/**
 * Leaves a block out, in a copy of the lab as it stood on entering the step, and demands that a check of its step, or of a
 * later one, fails for it. With the block the step's checks held after `settled` milliseconds.
 */
export async function proveNeeded(
  ground: ProvingGround,
  entry: Entry,
  block: CommandBlock,
  settled: number,
): Promise<Finding[]> {
  /** The step in which something went wrong for want of the block, or of something else. */
  let doubtful: number | undefined;
  const findings = await ground.inCopy(entry, async (copy) => {
    const otherwise = await entersOtherwise(ground, entry, copy);
    if (otherwise) return [otherwise];
    const { steps } = ground.scenario;
    const step = currentStep(copy.state);
    // What was true at once with the block need not be waited for to the end without it. A check that has a longer time
    // and would have passed after all is then taken for one that notices, so this never accuses wrongly.
    const patience = Math.max(1000, 10 * settled);
    const rest = solutionOf(step).filter((other) => other.id !== block.id);
    for (let at = entry.state.step; at < steps.length; at++) {
      const own = at === entry.state.step;
      try {
        if (!own) await copy.move(at);
      } catch (error) {
        doubtful = at;
        if (error instanceof SetupError) return [];
        return [await faultOf(error, copy.lab, { rule: 'lab', line: steps[at]!.line })];
      }
      const failed = await fails(ground, copy, own ? rest : undefined, own ? patience : Number.POSITIVE_INFINITY);
      if (failed && (failed.amiss || !own)) doubtful = at;
      if (failed) return failed.broken;
    }
    return [unnoticed(block)];
  });
  // Where the whole solution meets the same in a copy, nothing was noticed.
  const trial = doubtful === undefined ? [] : await tryCopy(ground, entry, doubtful);
  return trial.length > 0 ? trial : findings;
}

/** Solves a step; whether a check of it then fails, or cannot be made, and whether a block did not end as it should. */
async function fails(
  ground: ProvingGround,
  copy: Session,
  blocks: CommandBlock[] | undefined,
  within: number,
): Promise<{ broken: Finding[]; amiss: boolean } | undefined> {
  const step = currentStep(copy.state);
  // A command that is stuck is no check: those are still asked.
  const solved = await solve(copy, blocks);
  if (checksOf(step).length === 0) return undefined;
  const verdicts = await copy.settle({ within });
  ground.saw(step, verdicts);
  const broken = brokenOf(step, verdicts);
  if (broken.length === 0 && failingOf(step, verdicts).length === 0) return undefined;
  return { broken, amiss: notAsMeant(solved).length > 0 };
}

const unnoticed = (block: CommandBlock): Finding => ({
  status: 'fail',
  rule: 'unnoticed',
  line: block.line,
  message: 'Nothing notices if the learner skips this.',
  expected: 'a check, of this step or a later one, that fails without it; or the attribute `optional`',
  actual: 'without it every check passes, to the end of the lesson',
  evidence: { block: block.text },
});
