import type { Case, Finding, Proof, Reporter, Run, StepProof } from '../../../../src/validate/proof.ts';
import type { Output } from '../../../../src/validate/report/output.ts';

/** Proofs made by hand, as rich as real ones. */
export const aCase = (changes: Partial<Case> = {}): Case => ({
  scenario: 'bakery',
  title: 'A bakery',
  directory: '/lessons/bakery',
  file: 'scenarios/bakery/scenario.md',
  major: 17,
  runtime: 'docker',
  ...changes,
});

export const aStep = (changes: Partial<StepProof> = {}): StepProof => ({
  id: 'bake',
  title: 'Bake bread',
  line: 20,
  checks: 2,
  mistakes: 1,
  ablations: 0,
  milliseconds: 1234,
  findings: [],
  ...changes,
});

export const notReached: Finding = {
  status: 'fail',
  rule: 'not-reached',
  line: 42,
  message: '“There are three loaves” does not hold after the step was solved: There are 2 loaves.',
  expected: '3',
  actual: '2',
  evidence: {
    block: 'psql -c "INSERT INTO bread VALUES (\'rye\')"\npsql -c "INSERT INTO bread VALUES (\'spelt\')"',
    output: 'INSERT 0 1\nINSERT 0 1',
    screen: Array.from({ length: 20 }, (_, i) => `student@lab:~$ echo ${i + 1}`).join('\n'),
    logs: {
      main: Array.from(
        { length: 18 },
        (_, i) => `2026-01-01 12:00:${i + 10} UTC [1${i}] LOG:  checkpoint ${i + 1}`,
      ).join('\n'),
    },
  },
};

export const drifted: Finding = {
  status: 'fail',
  rule: 'output',
  line: 51,
  message: 'The output is not what the document shows.',
  expected: '(3 rows)',
  actual: '(2 rows)',
  diff: ['--- the document', '+++ printed', '@@ -50,3 +50,3 @@', ' rye', ' spelt', '-(3 rows)', '+(2 rows)'].join('\n'),
  output: { line: 48, printed: 'rye\nspelt\n(2 rows)' },
  evidence: { block: 'SELECT * FROM bread;', output: 'rye\nspelt\n(2 rows)' },
};

export const engineGone: Finding = {
  status: 'broken',
  rule: 'lab',
  line: 1,
  message: 'The engine does not answer any more: connect ENOENT /var/run/docker.sock.',
};

export const rewritten: Finding = {
  status: 'note',
  rule: 'output',
  line: 60,
  message: 'This output is going to be rewritten.',
};

export const versions = {
  waldojo: '0.1.0',
  node: '22.13.0',
  postgres: '17.5 (Debian 17.5-1)',
  runtime: 'Docker 28.2.2',
};

export const aProof = (changes: Partial<Proof> = {}): Proof => ({
  case: aCase(),
  steps: [aStep()],
  findings: [],
  milliseconds: 4321,
  interrupted: false,
  ...changes,
});

export const aRun = (proofs: Proof[], changes: Partial<Run> = {}): Run => ({
  proofs,
  notRun: [],
  milliseconds: 8000,
  interrupted: false,
  ...changes,
});

/** What a reporter writes about a run in which each case went on without another. */
export async function report(
  open: (output: Output) => Reporter,
  run: Run,
  size: { columns?: number; rows?: number } = {},
): Promise<string> {
  let written = '';
  const reporter = open({ write: (text: string) => (written += text), ...size });
  for (const proof of run.proofs) {
    reporter.caseStarted?.(proof.case);
    for (const step of proof.steps) reporter.step?.(proof.case, step);
    reporter.caseEnded?.(proof);
  }
  await reporter.end(run);
  return written;
}
