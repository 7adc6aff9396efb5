import { expect, it } from 'vitest';
import { type JsonReport, jsonReporter } from '../../../../src/validate/report/json.ts';
import { aCase, aProof, aRun, aStep, drifted, engineGone, notReached, report, versions } from './proofs.ts';

it('is one document with all that was found, and counts of what it came to', async () => {
  const failed = aProof({ steps: [aStep({ findings: [notReached, drifted] })], versions, kept: 'lab-1' });
  const proofs = [aProof(), failed, aProof({ findings: [engineGone] }), aProof({ interrupted: true })];
  const run = aRun(proofs, { interrupted: true, notRun: [aCase({ major: 13 })], milliseconds: 8000.4 });
  const document: JsonReport = JSON.parse(await report(jsonReporter, run));
  expect(document).toMatchObject({
    version: 1,
    summary: { passed: 1, failed: 1, broken: 1, interrupted: 1, notRun: 1 },
    interrupted: true,
    milliseconds: 8000,
    notRun: [aCase({ major: 13 })],
  });
  expect(document.cases.map(({ outcome }) => outcome)).toEqual(['passed', 'failed', 'broken', 'interrupted']);
  const { case: testCase, ...proof } = failed;
  expect(document.cases[1]).toEqual({ ...testCase, ...proof, outcome: 'failed' });
});

it('is JSON whatever was printed', async () => {
  const output = '\x00\x1b[31m\ud800 ]]> \ufffe "\\';
  const proof = aProof({ findings: [{ ...engineGone, evidence: { output } }] });
  const document: JsonReport = JSON.parse(await report(jsonReporter, aRun([proof])));
  expect(document.cases[0]!.findings[0]!.evidence).toEqual({ output });
});
