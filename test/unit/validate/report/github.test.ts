import { expect, it } from 'vitest';
import type { Finding, Run } from '../../../../src/validate/proof.ts';
import { githubReporter } from '../../../../src/validate/report/github.ts';
import { aCase, aProof, aRun, aStep, drifted, engineGone, notReached, report, rewritten } from './proofs.ts';

const commands = async (run: Run, root = process.cwd()) =>
  (await report((output) => githubReporter(output, root), run)).split('\n').filter(Boolean);
const failing = (findings: Finding[], changes = {}) => aRun([aProof({ steps: [aStep({ findings })], ...changes })]);

it('annotates the line, with what was expected and what came', async () => {
  expect(await commands(failing([notReached]))).toEqual([
    '::error file=scenarios/bakery/scenario.md,line=42,title=bakery%3A Bake bread (17 docker)::' +
      '“There are three loaves” does not hold after the step was solved: There are 2 loaves.%0Aexpected: 3%0Agot:      2',
  ]);
  expect((await commands(failing([drifted])))[0]).toMatch(/%0A-\(3 rows\)%0A\+\(2 rows\)$/);
});

it('makes notices of notes, and errors of what could not be told', async () => {
  expect(await commands(failing([rewritten, engineGone]))).toEqual([
    expect.stringMatching(/^::error .*The engine/),
    expect.stringMatching(/^::notice .*rewritten/),
  ]);
});

it('escapes what would end a property or a command', async () => {
  const finding = { ...engineGone, message: '100%\r\nof: a, b\rc' };
  const testCase = aCase({ file: 'a,b:c%/scenario.md' });
  expect(await commands(failing([finding], { case: testCase }))).toEqual([
    '::error file=a%2Cb%3Ac%25/scenario.md,line=1,title=bakery%3A Bake bread (17 docker)::100%25%0Aof: a, b␍c',
  ]);
});

it('names files from the root of the repository', async () => {
  const testCase = aCase({ file: '/repository/lessons/bakery/scenario.md' });
  const [command] = await commands(failing([engineGone], { case: testCase }), '/repository');
  expect(command).toContain('file=lessons/bakery/scenario.md,');
});

it('makes one annotation of what is the same on several majors', async () => {
  const proofs = ([13, 17] as const).map((major) =>
    aProof({ case: aCase({ major }), steps: [aStep({ findings: [notReached] })] }),
  );
  expect(await commands(aRun(proofs))).toEqual([
    expect.stringContaining('title=bakery%3A Bake bread (13 docker%2C 17 docker)::'),
  ]);
});

it('makes no more than GitHub shows of a kind, and says how many there were', async () => {
  const many = Array.from({ length: 13 }, (_, i) => ({ ...engineGone, line: i + 1 }));
  const written = await commands(failing([...many, rewritten]));
  expect(written).toHaveLength(11);
  expect(written[9]).toMatch(/line=10,.*: 3 more were found\.$/);
  expect(written[8]).not.toContain('more were found');
});
