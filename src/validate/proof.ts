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

/**
 * Something that a proof found. `fail`: the lesson is wrong. `broken`: it could not be told, since the engine, the lab or
 * a check itself did not work.
 */
export interface Finding {
  status: 'fail' | 'broken';
  /** Which demand was not met, such as `vacuous` or `output`. */
  rule:
    | 'vacuous'
    | 'exit'
    | 'output'
    | 'command'
    | 'background'
    | 'not-reached'
    | 'wrong'
    | 'check-broken'
    | 'lab'
    | 'left-over'
    | 'document';
  /** Where in the document. */
  line: number;
  /** What is wrong, in a sentence. */
  message: string;
  expected?: string;
  actual?: string;
  /** The terminal's last screen. */
  screen?: string;
}

export interface StepProof {
  id: string;
  title: string;
  line: number;
  checks: number;
  /** How many plausible mistakes were tried. */
  mistakes: number;
  milliseconds: number;
  findings: Finding[];
}

export interface Proof {
  case: Case;
  steps: StepProof[];
  /** What does not belong to a step: the lab could not be made, something was left behind. */
  findings: Finding[];
  milliseconds: number;
  /** Id of the lab that was kept, when it failed and that was asked for. */
  kept?: string;
}

export const findingsOf = (proof: Proof): Finding[] => [...proof.findings, ...proof.steps.flatMap((s) => s.findings)];

/** A reporter hears of every case as it goes on; `end` is called once, also after an interrupt. */
export interface Reporter {
  caseStarted?(testCase: Case): void;
  step?(testCase: Case, step: StepProof): void;
  caseEnded?(proof: Proof): void;
  end(proofs: Proof[], options: { milliseconds: number; interrupted: boolean }): void;
}
