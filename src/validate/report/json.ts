import { findingsOf, type Reporter } from '../proof.ts';
import type { Output } from './output.ts';

/** One JSON document, at the end. */
export function jsonReporter(output: Output): Reporter {
  return {
    end({ proofs, milliseconds, interrupted }) {
      const cases = proofs.map(({ case: testCase, steps, findings, milliseconds: took, kept }) => ({
        ...testCase,
        milliseconds: Math.round(took),
        kept,
        findings,
        steps: steps.map((step) => ({ ...step, milliseconds: Math.round(step.milliseconds) })),
      }));
      const all = proofs.flatMap(findingsOf);
      const count = (status: 'fail' | 'broken') => all.filter((finding) => finding.status === status).length;
      const summary = {
        failed: count('fail'),
        broken: count('broken'),
        milliseconds: Math.round(milliseconds),
        interrupted,
      };
      output.write(`${JSON.stringify({ version: 1, summary, cases }, null, 2)}\n`);
    },
  };
}
