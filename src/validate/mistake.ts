import { type CommandBlock, type Step, solutionOf } from '../model/scenario.ts';
import type { Verdict } from '../model/verdict.ts';
import { brokenOf, failingOf } from './checks.ts';
import { evidenceOf } from './evidence.ts';
import { faultOf } from './faults.ts';
import type { Finding } from './proof.ts';
import type { Entry, ProvingGround } from './proving-ground.ts';
import { solve } from './solve.ts';

/**
 * Makes a mistake in a copy of the lab as it stood on entering the step, and demands that the check it names fails, that
 * no other does, and that the learner is told the cause.
 */
export function proveMistake(ground: ProvingGround, entry: Entry, step: Step, wrong: CommandBlock): Promise<Finding[]> {
  return ground.inCopy(entry, async (copy) => {
    const blocks = wrong.replaces
      ? solutionOf(step).map((block) => (block.id === wrong.replaces ? wrong : block))
      : [wrong];
    const { typed, stuck } = await solve(copy, blocks);
    const made = typed.find(({ block }) => block === wrong);
    const evidence = evidenceOf(copy, wrong, made?.records);
    if (stuck && !made) {
      // A block before it will be found at fault when the step is solved.
      if (stuck.block !== wrong) return [];
      const fault = await faultOf(stuck.error, copy.lab, { rule: 'wrong', line: wrong.line, evidence });
      return [{ ...fault, message: `This mistake could not be made: ${fault.message}` }];
    }
    // It may well make its own command fail, or one after it hang: what counts is what the checks say then.
    const tripped = (verdicts: Verdict[]) => failingOf(step, verdicts).map(({ check }) => check.name);
    const verdicts = await copy.settle({ done: (seen) => tripped(seen).join() === wrong.trips });
    const broken = brokenOf(step, verdicts);
    return broken.length > 0 ? broken : judge(step, wrong, verdicts).map((finding) => ({ ...finding, evidence }));
  });
}

function judge(step: Step, wrong: CommandBlock, verdicts: Verdict[]): Finding[] {
  const finding = { status: 'fail', rule: 'wrong', line: wrong.line } as const;
  const failing = failingOf(step, verdicts);
  const [first] = failing;
  if (!first || first.check.name !== wrong.trips || failing.length > 1) {
    const said = failing.map(({ check, verdict }) => `“${check.name}” (${verdict.reason})`).join(', ');
    return [
      {
        ...finding,
        message: 'This mistake does not trip exactly the check that it names.',
        expected: `only “${wrong.trips}” fails`,
        actual: said ? `failing: ${said}` : 'every check passes',
      },
    ];
  }
  const { check, verdict } = first;
  if (verdict.diagnosis !== null || check.diagnose.length === 0) return [];
  return [
    {
      ...finding,
      message: `This mistake trips “${wrong.trips}”, but none of its diagnoses holds.`,
      expected: 'one of the diagnoses',
      actual: `the learner reads: ${verdict.reason}`,
    },
  ];
}
