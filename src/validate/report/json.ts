import { type Case, type Outcome, outcomeOf, type Proof, type Reporter, type Run } from '../proof.ts';
import type { Output } from './output.ts';
import { UNSEEN } from './plain.ts';

/** The document of `--reporter json`. What is added to it leaves the version as it is; what is changed raises it. */
export interface JsonReport {
  version: 1;
  /** How many cases came to what. */
  summary: Record<Outcome | 'notRun', number>;
  interrupted: boolean;
  milliseconds: number;
  /** In the order in which they ended. Texts are as they came from the lab, escape sequences and all; in the
   * document, what no eye can see stands in JSON's own escapes. */
  cases: (Case & { outcome: Outcome } & Omit<Proof, 'case'>)[];
  /** Cases that were not begun. */
  notRun: Case[];
}

/** One JSON document, at the end. */
export function jsonReporter(output: Output): Reporter {
  return {
    end: (run) => void output.write(`${visible(JSON.stringify(reportOf(run), null, 2))}\n`),
  };
}

/** JSON that says the same, and harms nobody who looks at it: neither a terminal nor the log of a workflow obeys it. */
const visible = (json: string): string => json.replace(UNSEEN, escaped).replaceAll('##[', `${escaped('#')}#[`);
const escaped = (text: string): string =>
  Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');

function reportOf({ proofs, notRun, interrupted, milliseconds }: Run): JsonReport {
  const cases = proofs.map(({ case: testCase, ...proof }) => ({
    ...testCase,
    outcome: outcomeOf({ case: testCase, ...proof }),
    ...proof,
    milliseconds: Math.round(proof.milliseconds),
    steps: proof.steps.map((step) => ({ ...step, milliseconds: Math.round(step.milliseconds) })),
  }));
  const count = (outcome: Outcome) => cases.filter((testCase) => testCase.outcome === outcome).length;
  return {
    version: 1,
    summary: {
      passed: count('passed'),
      failed: count('failed'),
      broken: count('broken'),
      interrupted: count('interrupted'),
      notRun: notRun.length,
    },
    interrupted,
    milliseconds: Math.round(milliseconds),
    cases,
    notRun,
  };
}
