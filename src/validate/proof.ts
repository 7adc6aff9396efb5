import type { RuntimeName } from '../lab/lab.ts';
import type { Major } from '../model/topology.ts';

/** What is to be proved: one scenario, on one PostgreSQL major, in one runtime. */
export interface Case {
  scenario: string;
  title: string;
  /** The scenario's folder, and its document as it is shown. */
  directory: string;
  file: string;
  major: Major;
  runtime: RuntimeName;
}

/** Which demand was not met. */
export type Rule =
  /** The document is not well formed. */
  | 'document'
  /** A setup block failed. */
  | 'setup'
  /** Nothing checks what is done in a step. */
  | 'unchecked'
  /** The checks pass before anything was done. */
  | 'vacuous'
  /** A command could not be typed, or did not end. */
  | 'command'
  /** A command ended with another status than the document says. */
  | 'exit'
  | 'output'
  /** A command that should go on in the background has ended. */
  | 'background'
  /** A check does not hold after the step was solved. */
  | 'not-reached'
  /** A check held, and then no more, with nothing done in between. */
  | 'unstable'
  /** A mistake does not trip the check that it names, or its cause is not told. */
  | 'wrong'
  /** Nothing notices if a block is left out. */
  | 'unnoticed'
  /** In a lab that was put back to the entry of a step, it goes otherwise. */
  | 'rewind'
  /** A process outlives the lesson, or a lab the proof. */
  | 'left-over'
  | 'check-broken'
  /** A check was never seen to fail, whatever was tried. */
  | 'never-fails'
  /** The lab or its engine did not work. */
  | 'lab';

/**
 * Something that a proof found. `fail`: the lesson is wrong. `broken`: it could not be told, since the engine, the lab or
 * a check itself did not work. `note`: no fault, such as an output block that is going to be rewritten.
 */
export interface Finding {
  status: 'fail' | 'broken' | 'note';
  rule: Rule;
  /** Where in the document. */
  line: number;
  /** What is wrong, in a sentence. */
  message: string;
  expected?: string;
  actual?: string;
  /** A unified diff of an output block (its lines numbered as in the document) against what was printed. */
  diff?: string;
  /** Of an output block: the line of its opening fence, and all that was printed. */
  output?: { line: number; printed: string };
  evidence?: Evidence;
}

/** What somebody who was not there needs to see. */
export interface Evidence {
  /** What was typed. */
  block?: string;
  /** What it printed. */
  output?: string;
  /** The terminal's last screen. */
  screen?: string;
  /** What each cluster wrote to its log since the step began, by the cluster's name; those that wrote nothing are left out. */
  logs?: Record<string, string>;
}

export interface StepProof {
  id: string;
  title: string;
  line: number;
  checks: number;
  /** How many plausible mistakes were tried. */
  mistakes: number;
  /** How many blocks were left out in turn. */
  ablations: number;
  /** How many steps were come back to: those of what follows the last step, when that was asked for. */
  rewinds?: number;
  milliseconds: number;
  findings: Finding[];
}

/** What a proof was made with, such as `17.5 (Debian 17.5-1)` and `Docker 28.2.2`. */
export interface Versions {
  waldojo: string;
  node: string;
  postgres: string;
  runtime: string;
}

export interface Proof {
  case: Case;
  /** As far as it got. */
  steps: StepProof[];
  /** How many steps of the lesson it did not get to; absent where the document is not well formed. */
  unreached?: number;
  /** What does not belong to a step: the lab could not be made, something was left behind. */
  findings: Finding[];
  milliseconds: number;
  /** Unknown where no lab was made. */
  versions?: Versions;
  /** Id of the lab that was kept, when it failed and that was asked for. */
  kept?: string;
  /** It was ended before its end: what it found is true, and what it did not find says nothing. */
  interrupted: boolean;
}

/** All that was proved in one go of `waldojo test`. */
export interface Run {
  /** In the order in which they ended. */
  proofs: Proof[];
  /** Cases that were not begun, after an interrupt or with --bail. */
  notRun: Case[];
  milliseconds: number;
  interrupted: boolean;
}

/** A reporter hears of every case as it goes on; of several in turn, where several are proved at once. */
export interface Reporter {
  caseStarted?(testCase: Case): void;
  step?(testCase: Case, step: StepProof): void;
  caseEnded?(proof: Proof): void;
  /** Called once, also after an interrupt. */
  end(run: Run): void | Promise<void>;
}

export const isFault = ({ status }: Finding): boolean => status !== 'note';

export const findingsOf = (proof: Proof): Finding[] => [...proof.findings, ...proof.steps.flatMap((s) => s.findings)];

/**
 * What a proof comes to. One that was interrupted and found no fault is `interrupted`, not `passed`; one that did not get to
 * the end of the lesson, and says not why, is `broken`.
 */
export type Outcome = 'passed' | 'failed' | 'broken' | 'interrupted';

export function outcomeOf(proof: Proof): Outcome {
  const statuses = new Set(findingsOf(proof).map(({ status }) => status));
  if (statuses.has('fail')) return 'failed';
  if (statuses.has('broken')) return 'broken';
  if (proof.interrupted) return 'interrupted';
  return proof.steps.length > 0 && !proof.unreached ? 'passed' : 'broken';
}
