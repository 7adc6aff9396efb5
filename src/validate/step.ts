import { checksOf, commandsOf, type Step } from '../model/scenario.ts';
import { allPass } from '../model/verdict.ts';
import { neededOf, proveNeeded } from './ablation.ts';
import { brokenOf, notHolding, vacuous } from './checks.ts';
import { commandFindings } from './commands.ts';
import { evidenceOf, lastSeen, markLogs, withLogs } from './evidence.ts';
import { blamed, faultOf, troubleOf } from './faults.ts';
import { proveMistake, type Solution } from './mistake.ts';
import { type Finding, isFault, type StepProof } from './proof.ts';
import type { Entry } from './proving-ground.ts';
import { solve } from './solve.ts';
import { stillRunning } from './steadfast.ts';
import type { Walk } from './walk.ts';

/** Goes to a step and proves it: untouched, solved, with each mistake, and without each block in turn. */
export async function proveStep(walk: Walk, at: number): Promise<{ proof: StepProof; entry?: Entry }> {
  const began = performance.now();
  const { session, ground } = walk;
  const step = ground.scenario.steps[at]!;
  const wrongs = commandsOf(step.blocks, 'wrong');
  const needed = walk.ablate ? neededOf(step) : [];
  const findings: Finding[] = [];
  let entry: Entry | undefined;
  try {
    const enter = async () => {
      if (at > 0) await session.move(at);
      return session.checkBriefly();
    };
    const [marks, untouched] = await Promise.all([markLogs(session.lab!, ground.scenario), enter()]);
    ground.saw(step, untouched);
    findings.push(...vacuous(step, untouched), ...brokenOf(step, untouched));
    // A check that could not be made now could not be made later either.
    if (!findings.some(({ status }) => status === 'broken')) {
      const branches = wrongs.length > 0 || needed.length > 0 || walk.rewind;
      entry = branches ? await ground.enter(session, untouched, marks) : undefined;
      const solution = await proveSolution(walk, step);
      const faults = await withLogs(await blamed(solution.findings, session.lab, step.line), session.lab, marks);
      // Those of the mistakes are told first, since a solution that is at fault ends the lesson.
      const goOn = entry !== undefined && !faults.some(({ status }) => status === 'broken');
      if (entry && goOn) for (const wrong of wrongs) add(await proveMistake(ground, entry, wrong, solution));
      add(faults);
      if (entry && solution.sound) {
        for (const block of needed) add(await proveNeeded(ground, entry, block, solution.settled));
      }
    }
  } catch (error) {
    ground.signal.throwIfAborted();
    add([await troubleOf(error, session.lab, step.line)]);
  }
  if (entry && !walk.rewind) ground.forget(entry);
  const { id, title, line } = step;
  const counts = { checks: checksOf(step).length, mistakes: wrongs.length, ablations: needed.length };
  const proof = { id, title, line, ...counts, milliseconds: performance.now() - began, findings };
  return { proof, ...(entry && walk.rewind && { entry }) };

  /** What goes otherwise in every copy is told once. */
  function add(found: Finding[]): void {
    const isKnown = ({ rule, line: of, message }: Finding) =>
      rule === 'rewind' &&
      findings.some((known) => known.rule === rule && known.line === of && known.message === message);
    findings.push(...found.filter((finding) => !isKnown(finding)));
  }
}

/** Solves the step as its document does. */
async function proveSolution(walk: Walk, step: Step): Promise<Solution & { findings: Finding[] }> {
  const { session, update } = walk;
  const { typed, stuck } = await solve(session);
  walk.typed.push(...typed);
  const findings = typed.flatMap((one) => commandFindings(one, session, update));
  if (stuck) {
    const { block, error } = stuck;
    const evidence = evidenceOf(session, block);
    findings.push(await faultOf(error, session.lab, { rule: 'command', line: block.line, evidence }));
    return { findings, settled: 0, sound: false };
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
  findings.push(...stillRunning(walk));
  return { findings, settled, sound: !findings.some(isFault) };
}
