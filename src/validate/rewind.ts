import type { Verdict } from '../model/verdict.ts';
import type { Session } from '../session/session.ts';
import { currentStep } from '../session/state.ts';
import { brokenOf, notHolding } from './checks.ts';
import { endedOtherwise } from './commands.ts';
import { evidenceOf, lastSeen } from './evidence.ts';
import { faultOf, troubleOf } from './faults.ts';
import type { Finding, StepProof } from './proof.ts';
import type { Entry, ProvingGround } from './proving-ground.ts';
import { solve } from './solve.ts';

/** One after the other; resolves to what looks like one more step. */
export async function proveRewinds(ground: ProvingGround, entries: Entry[]): Promise<StepProof> {
  const began = performance.now();
  const findings: Finding[] = [];
  for (const entry of entries) {
    try {
      findings.push(...(await proveRewind(ground, entry)));
    } catch (error) {
      ground.signal.throwIfAborted();
      findings.push(await troubleOf(error, undefined, ground.scenario.steps[entry.state.step]!.line));
    }
    ground.forget(entry);
  }
  return {
    id: 'rewind',
    title: 'Put back to each step, and on from there',
    line: 1,
    checks: 0,
    mistakes: 0,
    ablations: 0,
    rewinds: entries.length,
    milliseconds: performance.now() - began,
    findings,
  };
}

/**
 * Puts the lab back to the entry of a step: there its checks must say what they said, and all must hold when it is solved
 * from there to the end, or through another step.
 */
export function proveRewind(
  ground: ProvingGround,
  entry: Entry,
  through: number = ground.scenario.steps.length - 1,
): Promise<Finding[]> {
  const { steps } = ground.scenario;
  const from = backTo(ground, entry);
  return ground.inCopy(entry, async (copy) => {
    const otherwise = await entersOtherwise(ground, entry, copy);
    if (otherwise) return [otherwise];
    for (let at = entry.state.step; at <= through; at++) {
      const step = steps[at]!;
      try {
        if (at > entry.state.step) await copy.move(at);
      } catch (error) {
        return [await faultOf(error, copy.lab, { rule: 'rewind', line: step.line })];
      }
      const { typed, stuck } = await solve(copy);
      if (stuck) {
        const evidence = evidenceOf(copy, stuck.block);
        const fault = await faultOf(stuck.error, copy.lab, { rule: 'rewind', line: stuck.block.line, evidence });
        return [{ ...fault, message: `${from}: ${fault.message}` }];
      }
      const verdicts = await copy.settle();
      const undone = (name: string, reason: string) =>
        `${from}, ${name} does not hold after its step was solved: ${reason}`;
      const findings = [
        ...notHolding(step, verdicts, { rule: 'rewind', ...lastSeen(copy, typed) }, undone),
        ...brokenOf(step, verdicts),
        ...typed.flatMap((one) => endedOtherwise(one, copy, 'rewind', `${from}, this`)),
      ];
      if (findings.length > 0) return findings;
    }
    return [];
  });
}

const trials = new WeakMap<Entry, Map<number, Promise<Finding[]>>>();

/**
 * What keeps the solution itself from working in a copy, through a step: where there is something, what fails in another
 * copy tells nothing about what was changed there. It is tried once, so that the same findings are the same objects.
 */
export function tryCopy(ground: ProvingGround, entry: Entry, through: number = entry.state.step): Promise<Finding[]> {
  const known = trials.get(entry) ?? new Map<number, Promise<Finding[]>>();
  trials.set(entry, known);
  const trial = known.get(through) ?? proveRewind(ground, entry, through);
  known.set(through, trial);
  return trial;
}

/** A finding where the checks of a copy, before anything is done in it, do not come to say what they said at first. */
export async function entersOtherwise(
  ground: ProvingGround,
  entry: Entry,
  copy: Session,
): Promise<Finding | undefined> {
  const again = await copy.settle({ done: (verdicts) => same(verdicts, entry.untouched) });
  if (same(again, entry.untouched)) return undefined;
  return {
    status: 'fail',
    rule: 'rewind',
    line: currentStep(copy.state).line,
    message: `${backTo(ground, entry)}, its checks do not say what they said the first time.`,
    expected: statuses(entry.untouched),
    actual: statuses(again),
  };
}

const backTo = ({ scenario }: ProvingGround, { state }: Entry): string =>
  `Put back to the entry of “${scenario.steps[state.step]!.title}”`;

const same = (a: Verdict[], b: Verdict[]): boolean => statuses(a) === statuses(b);
const statuses = (verdicts: Verdict[]): string => verdicts.map(({ status }) => status).join(', ');
