import type { Lab, Runtime } from '../lab/lab.ts';
import type { Scenario } from '../model/scenario.ts';
import { neverFailing, nothingChecked } from './checks.ts';
import { blamed, troubleOf } from './faults.ts';
import { leftOvers } from './left-over.ts';
import { type Case, isFault, type Proof, type Rule, type StepProof } from './proof.ts';
import { type Entry, ProvingGround } from './proving-ground.ts';
import { proveRewinds } from './rewind.ts';
import { outlasting, STEADFAST } from './steadfast.ts';
import { proveStep } from './step.ts';
import { versionsOf } from './versions.ts';
import type { Walk } from './walk.ts';

export interface ProveOptions {
  runtime: Runtime;
  /** Keep the first lab in which something is at fault. */
  keepFailed?: boolean | undefined;
  /** Leave each block out in turn. */
  ablate?: boolean | undefined;
  /** Put the lab back to the entry of each step, and go on from there. */
  rewind?: boolean | undefined;
  /** An output that differs is going to be taken over into the document, and is no fault. */
  update?: boolean | undefined;
  /** How long a background command must have gone on at the end, in milliseconds; by default 10 s. */
  steadfast?: number | undefined;
  signal: AbortSignal;
  onStep?: ((step: StepProof) => void) | undefined;
}

/**
 * Proves that a lesson works, as its learner would meet it. When the signal aborts, it resolves to what it has until then.
 * Throws only what is a bug.
 */
export async function prove(scenario: Scenario, testCase: Case, options: ProveOptions): Promise<Proof> {
  const began = performance.now();
  const { runtime, signal, keepFailed = false, ablate = false, rewind = false, update = false, onStep } = options;
  const { steadfast = STEADFAST } = options;
  const proof: Proof = { case: testCase, steps: [], findings: [], milliseconds: 0, interrupted: false };
  const ground = new ProvingGround(scenario, { runtime, signal, keepFailed });
  const add = (step: StepProof) => {
    proof.steps.push(step);
    onStep?.(step);
  };
  proof.findings.push(...nothingChecked(scenario));
  let lab: Lab | undefined;
  try {
    const session = await ground.open();
    lab = session.lab!;
    proof.versions = await versionsOf(lab, runtime);
    const entries: Entry[] = [];
    const walk: Walk = { session, ground, ablate, rewind, update, typed: [] };
    for (const at of scenario.steps.keys()) {
      const { proof: step, entry } = await proveStep(walk, at);
      add(step);
      proof.unreached = scenario.steps.length - at - 1;
      if (entry) entries.push(entry);
      if (step.findings.some(stopping)) break;
    }
    if (!proof.steps.some(isFaulty)) {
      if (rewind) add(await proveRewinds(ground, entries));
      proof.findings.push(...scenario.steps.flatMap((step) => neverFailing(ground.neverFailed(step))));
      const ended = await blamed(await outlasting(walk, steadfast), lab, 1);
      proof.findings.push(...ended, ...(await leftOvers(session)));
    }
    if (proof.findings.some(isFault) || proof.steps.some(isFaulty)) await ground.keep(session);
  } catch (error) {
    proof.interrupted = signal.aborted;
    if (!signal.aborted) proof.findings.push(await troubleOf(error, lab ?? ground.lab, 1));
  } finally {
    proof.findings.push(...(await ground.close()));
  }
  if (ground.kept) proof.kept = ground.kept;
  proof.milliseconds = performance.now() - began;
  return proof;
}

const isFaulty = ({ findings }: StepProof): boolean => findings.some(isFault);

/** Where one of these was found, the steps after it have nothing to stand on. */
const STOPPING: Rule[] = ['setup', 'command', 'exit', 'background', 'not-reached', 'unstable', 'check-broken', 'lab'];
const stopping = ({ rule }: { rule: Rule }): boolean => STOPPING.includes(rule);
