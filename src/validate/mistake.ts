import { patienceOf } from '../model/check.ts';
import { type CommandBlock, checksOf, type Step, solutionOf } from '../model/scenario.ts';
import type { Verdict } from '../model/verdict.ts';
import { endedAsMeant } from '../session/runner.ts';
import type { Session } from '../session/session.ts';
import { brokenOf, failingOf } from './checks.ts';
import { evidenceOf } from './evidence.ts';
import { faultOf } from './faults.ts';
import type { Finding } from './proof.ts';
import type { Entry, ProvingGround } from './proving-ground.ts';
import { entersOtherwise, tryCopy } from './rewind.ts';
import { type Solved, solve } from './solve.ts';

/** How it went with the solution. */
export interface Solution {
  /** Nothing was at fault. */
  sound: boolean;
  /** How long the checks took to hold, in milliseconds. */
  settled: number;
}

/** How bash and psql end what they cannot run: no such command, none that can be executed, a syntax error. */
const NOT_UNDERSTOOD = /^(12[67]|42601)$/;

/** The shortest that a check must go on failing, in milliseconds, unless its own time is shorter. */
const LASTING = 250;

/**
 * Makes a mistake in a copy of the lab as it stood on entering the step, and demands that the check it names fails, that
 * no other does, and that the learner is told the cause.
 */
export async function proveMistake(
  ground: ProvingGround,
  entry: Entry,
  wrong: CommandBlock,
  { sound, settled }: Solution,
): Promise<Finding[]> {
  const step = ground.scenario.steps[entry.state.step]!;
  const finding = { status: 'fail', rule: 'wrong', line: wrong.line } as const;
  const blocks = wrong.replaces
    ? solutionOf(step).map((block) => (block.id === wrong.replaces ? wrong : block))
    : [wrong];
  if (isSolution(step, wrong)) {
    const message = 'This mistake is the solution itself.';
    return [{ ...finding, message, expected: 'something else than what it stands in for', actual: wrong.text }];
  }
  /** A block of the solution that did not end in the copy as the document says. */
  let amiss: CommandBlock | undefined;
  const findings = await ground.inCopy(entry, async (copy) => {
    const otherwise = await entersOtherwise(ground, entry, copy);
    if (otherwise) return [otherwise];
    const solved = await solve(copy, blocks);
    const { typed, stuck } = solved;
    const made = typed.find(({ block }) => block === wrong);
    const evidence = evidenceOf(copy, wrong, made?.records);
    amiss = notAsMeant(solved).find((block) => block !== wrong);
    if (isBefore(amiss)) {
      const message = `This mistake was not made in time: before it, the block of line ${amiss!.line} did not end as the document says.`;
      return sound ? [{ ...finding, message, evidence }] : [];
    }
    if (stuck?.block === wrong) {
      const fault = await faultOf(stuck.error, copy.lab, { ...finding, evidence });
      return [{ ...fault, message: `This mistake could not be made: ${fault.message}` }];
    }
    // A misspelt command does nothing, and so trips any check.
    const misspelt = made?.records.find(({ status }) => NOT_UNDERSTOOD.test(status ?? '') && status !== wrong.exit);
    if (misspelt) {
      const message = `This mistake was not understood by its program, so it shows nothing: ${misspelt.command}`;
      return [{ ...finding, message, evidence }];
    }
    // It may well make a command after it fail, or hang: what counts is what the checks say then.
    const verdicts = await tripping(copy, step, wrong, Math.max(LASTING, 1.5 * settled));
    ground.saw(step, verdicts);
    const broken = brokenOf(step, verdicts);
    return broken.length > 0 ? broken : judge(step, wrong, verdicts).map((each) => ({ ...each, evidence }));
  });
  // Where the solution meets the same in a copy, it is no doing of the mistake.
  const trial = amiss && sound ? await tryCopy(ground, entry) : [];
  return trial.length > 0 ? trial : findings;

  function isBefore(block: CommandBlock | undefined): boolean {
    return block !== undefined && blocks.indexOf(block) < blocks.indexOf(wrong);
  }
}

/** Whether a mistake says what it stands in for, but for blank space. */
function isSolution(step: Step, wrong: CommandBlock): boolean {
  const blocks = solutionOf(step).filter(({ id }) => wrong.replaces === undefined || id === wrong.replaces);
  const words = (text: string) => text.trim().split(/\s+/).join(' ');
  return words(blocks.map(({ text }) => text).join('\n')) === words(wrong.text);
}

/** The blocks that got stuck, or of which a command ended otherwise than the document says, in their order. */
export const notAsMeant = ({ typed, stuck }: Solved): CommandBlock[] => [
  ...typed.filter(({ block, records }) => !endedAsMeant(block, records)).map(({ block }) => block),
  ...(stuck ? [stuck.block] : []),
];

/**
 * What the checks say once they have come to say what the mistake claims, and go on saying it: what fails no longer than it
 * takes the solution to come about may be about to hold.
 */
function tripping(copy: Session, step: Step, wrong: CommandBlock, lasting: number): Promise<Verdict[]> {
  let since: number | undefined;
  const done = (verdicts: Verdict[]): boolean => {
    const asClaimed = failingOf(step, verdicts)
      .map(({ check }) => check.name)
      .join();
    if (asClaimed !== wrong.trips) since = undefined;
    else since ??= performance.now();
    return since !== undefined && performance.now() - since >= Math.min(lasting, patienceOf(checksOf(step)));
  };
  return copy.settle({ done });
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
