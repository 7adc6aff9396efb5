import { checksOf, commandsOf, type Step } from '../model/scenario.ts';
import { allPass } from '../model/verdict.ts';
import type { Session } from '../session/session.ts';
import { neededOf, proveNeeded } from './ablation.ts';
import { brokenOf, notHolding, vacuous } from './checks.ts';
import { backgroundFindings, commandFindings } from './commands.ts';
import { evidenceOf, lastSeen, markLogs, withLogs } from './evidence.ts';
import { faultOf, troubleOf } from './faults.ts';
import { proveMistake } from './mistake.ts';
import { type Finding, isFault, type StepProof } from './proof.ts';
import type { ProvingGround } from './proving-ground.ts';
import type { Reentry } from './rewind.ts';
import { solve } from './solve.ts';

/** The lesson's own way, and what is to be proved on it. */
export interface Walk {
  session: Session;
  ground: ProvingGround;
  /** Leave each block out in turn. */
  ablate: boolean;
  /** Take down how the lab stands on entering each step, to come back to. */
  rewind: boolean;
  /** An output that differs is no fault. */
  update: boolean;
}

/** Goes to a step and proves it: untouched, with each mistake, solved, and without each block in turn. */
export async function proveStep(walk: Walk, at: number): Promise<{ proof: StepProof; reentry?: Reentry }> {
  const began = performance.now();
  const { session, ground } = walk;
  const step = ground.scenario.steps[at]!;
  const wrongs = commandsOf(step.blocks, 'wrong');
  const needed = walk.ablate ? neededOf(step) : [];
  const findings: Finding[] = [];
  let reentry: Reentry | undefined;
  try {
    const enter = async () => {
      if (at > 0) await session.move(at);
      return session.checkBriefly();
    };
    const [marks, untouched] = await Promise.all([markLogs(session.lab!, ground.scenario), enter()]);
    findings.push(...vacuous(step, untouched), ...brokenOf(step, untouched));
    // A check that could not be made now could not be made later either.
    if (!findings.some(({ status }) => status === 'broken')) {
      const branches = wrongs.length > 0 || needed.length > 0 || walk.rewind;
      const entry = branches ? await ground.enter(session, marks) : undefined;
      if (entry) for (const wrong of wrongs) findings.push(...(await proveMistake(ground, entry, step, wrong)));
      const solution = await proveSolution(walk, step);
      findings.push(...(await withLogs(solution.findings, session.lab, marks)));
      if (entry && !solution.findings.some(isFault)) {
        for (const block of needed) findings.push(...(await proveNeeded(ground, entry, block, solution.settled)));
      }
      if (entry && walk.rewind) reentry = { entry, untouched };
      else if (entry) ground.forget(entry);
    }
  } catch (error) {
    ground.signal.throwIfAborted();
    findings.push(await troubleOf(error, session.lab, step.line));
  }
  const { id, title, line } = step;
  const counts = { checks: checksOf(step).length, mistakes: wrongs.length, ablations: needed.length };
  const proof = { id, title, line, ...counts, milliseconds: performance.now() - began, findings };
  return { proof, ...(reentry && { reentry }) };
}

/** Solves the step as its document does; also resolves to how long its checks took to hold, in milliseconds. */
async function proveSolution({ session, update }: Walk, step: Step): Promise<{ findings: Finding[]; settled: number }> {
  const { typed, stuck } = await solve(session);
  const findings = typed.flatMap((one) => commandFindings(one, session, update));
  if (stuck) {
    const { block, error } = stuck;
    const evidence = evidenceOf(session, block);
    findings.push(await faultOf(error, session.lab, { rule: 'command', line: block.line, evidence }));
    return { findings, settled: 0 };
  }
  const began = performance.now();
  const verdicts = await session.settle();
  const settled = performance.now() - began;
  const evidence = lastSeen(session, typed);
  const undone = (name: string, reason: string) => `${name} does not hold after the step was solved: ${reason}`;
  findings.push(
    ...notHolding(step, verdicts, { rule: 'not-reached', ...evidence }, undone),
    ...brokenOf(step, verdicts),
  );
  if (allPass(verdicts)) {
    const again = await session.checkBriefly();
    const lost = (name: string, reason: string) =>
      `${name} held, and then no more, with nothing done in between: ${reason}`;
    findings.push(...notHolding(step, again, { rule: 'unstable', ...evidence }, lost), ...brokenOf(step, again));
  }
  findings.push(...typed.flatMap((one) => backgroundFindings(one, session)));
  return { findings, settled };
}
