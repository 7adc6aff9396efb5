import type { Verdict } from '../model/verdict.ts';
import type { Session } from '../session/session.ts';
import { currentStep } from '../session/state.ts';
import { brokenOf, notHolding } from './checks.ts';
import { evidenceOf, lastSeen } from './evidence.ts';
import { faultOf, troubleOf } from './faults.ts';
import type { Finding, StepProof } from './proof.ts';
import type { Entry, ProvingGround } from './proving-ground.ts';
import { solve } from './solve.ts';

/** How it stood on entering a step, and what its checks said then. */
export interface Reentry {
  entry: Entry;
  untouched: Verdict[];
}

/** One after the other; resolves to what looks like one more step. */
export async function proveRewinds(ground: ProvingGround, reentries: Reentry[]): Promise<StepProof> {
  const began = performance.now();
  const findings: Finding[] = [];
  for (const reentry of reentries) {
    try {
      findings.push(...(await proveRewind(ground, reentry)));
    } catch (error) {
      ground.signal.throwIfAborted();
      findings.push(await troubleOf(error, undefined, ground.scenario.steps[reentry.entry.state.step]!.line));
    }
    ground.forget(reentry.entry);
  }
  return {
    id: 'rewind',
    title: 'Put back to each step, and on from there',
    line: 1,
    checks: 0,
    mistakes: 0,
    ablations: 0,
    rewinds: reentries.length,
    milliseconds: performance.now() - began,
    findings,
  };
}

/** Puts the lab back to the entry of a step: there its checks must say what they said, and all must hold when it is solved from there to the end. */
function proveRewind(ground: ProvingGround, { entry, untouched }: Reentry): Promise<Finding[]> {
  const { steps } = ground.scenario;
  const from = `Put back to the entry of “${steps[entry.state.step]!.title}”`;
  return ground.inCopy(entry, async (copy) => {
    const again = await copy.settle({ done: (verdicts) => same(verdicts, untouched) });
    if (!same(again, untouched)) return [changed(copy, from, untouched, again)];
    for (let at = entry.state.step; at < steps.length; at++) {
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
      ];
      if (findings.length > 0) return findings;
    }
    return [];
  });
}

const same = (a: Verdict[], b: Verdict[]): boolean => statuses(a) === statuses(b);
const statuses = (verdicts: Verdict[]): string => verdicts.map(({ status }) => status).join(', ');

function changed(copy: Session, from: string, expected: Verdict[], actual: Verdict[]): Finding {
  const { line } = currentStep(copy.state);
  const message = `${from}, its checks do not say what they said the first time.`;
  return { status: 'fail', rule: 'rewind', line, message, expected: statuses(expected), actual: statuses(actual) };
}
