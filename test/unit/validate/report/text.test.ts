import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../src/validate/proof.ts';
import { textReporter } from '../../../../src/validate/report/text.ts';
import { aCase, aProof, aRun, aStep, drifted, engineGone, notReached, report, rewritten, versions } from './proofs.ts';

const text = (run: Run, size = {}) => report((output) => textReporter(output, false), run, size);
const steps = (findings = [notReached]) => [aStep({ findings })];

describe('the text report', () => {
  it('is one line a step, and none for a step of which there is nothing to say', async () => {
    const proof = aProof({
      steps: [
        aStep({ ablations: 3 }),
        aStep({ title: 'A long way to go until the bread is done', milliseconds: 123_456, mistakes: 0, checks: 1 }),
        aStep({ title: 'Wrap-up', checks: 0, mistakes: 0 }),
        aStep({ title: 'Back', checks: 0, mistakes: 0, rewinds: 3 }),
      ],
    });
    expect(await text(aRun([proof], { milliseconds: 83_000 }))).toBe(
      `${[
        'bakery  PostgreSQL 17  docker',
        '  ✓   1.2 s  Bake bread                         2 checks, 1 mistake, 3 left out',
        '  ✓ 123.5 s  A long way to go until the bread is done   1 check',
        '  ✓   1.2 s  Back                               3 rewinds',
        '',
        '1 passed, 0 failed  4 steps in 1 min 23 s',
      ].join('\n')}\n`,
    );
  });

  it('says how much of a lesson was not reached', async () => {
    expect(await text(aRun([aProof({ steps: steps(), unreached: 3 })]))).toContain(
      'The 3 steps after it were not reached.',
    );
  });

  it('tells of a finding what was expected, what came, and what was to be seen', async () => {
    const written = await text(aRun([aProof({ steps: steps() })]));
    expect(written).toMatch(/✗ {3}1\.2 s {2}Bake bread/);
    expect(written).toContain('✗ scenarios/bakery/scenario.md:42  “There are three loaves” does not hold');
    expect(written).toMatch(/expected {2}3\n +got {7}2\n\n +typed\n +│ psql -c .*\n +│ psql/);
    expect(written).toMatch(/printed\n +│ INSERT 0 1\n/);
    expect(written).toMatch(/on the screen, the last 15 of 20 rows\n +│ student@lab:~\$ echo 6\n/);
    expect(written).toMatch(/log of main since the step began, the last 15 of 18 rows\n.* checkpoint 4\n/);
  });

  it('shows a diff in place of expected and got', async () => {
    const written = await text(aRun([aProof({ steps: steps([drifted]) })]));
    expect(written).toMatch(/ -\(3 rows\)\n +\+\(2 rows\)\n/);
    expect(written).not.toContain('expected');
  });

  it('paints a diff, in which a comment of SQL is no heading', async () => {
    const diff = '--- the document\n+++ what came\n@@ -1,2 +1,1 @@\n rye\n--- a comment';
    const run = aRun([aProof({ steps: steps([{ ...drifted, diff }]) })]);
    const coloured = await report((output) => textReporter(output, true), run);
    expect(coloured).toContain('\x1b[2m--- the document\x1b[22m\n');
    expect(coloured).toContain('\x1b[31m--- a comment\x1b[39m\n');
    expect(coloured).toContain(`\n${' '.repeat(9)}rye\n`);
  });

  it('tells the same evidence once in a step', async () => {
    const written = await text(aRun([aProof({ steps: steps([notReached, { ...notReached, line: 77 }]) })]));
    expect(written).toContain('scenario.md:77');
    expect(written.match(/log of main/g)).toHaveLength(1);
  });

  it('says whose a line is when cases take turns', () => {
    let written = '';
    const reporter = textReporter({ write: (part: string) => (written += part) }, false);
    const [one, two] = [aCase(), aCase({ scenario: 'mill' })];
    reporter.caseStarted!(one);
    reporter.caseStarted!(two);
    for (const testCase of [one, one, two, one]) reporter.step!(testCase, aStep());
    expect(written.match(/^\w+ /gm)).toEqual(['bakery ', 'mill ', 'bakery ']);
  });

  it('takes a note for no fault', async () => {
    const written = await text(aRun([aProof({ steps: steps([rewritten]), versions })]));
    expect(written).toContain('i scenarios/bakery/scenario.md:60  This output is going to be rewritten.');
    expect(written).toContain('✓   1.2 s');
    expect(written).toContain('1 passed, 0 failed');
    expect(written).not.toContain('\n\n\n');
    expect(written).not.toContain('Made with');
  });

  it('tells the versions of a case that did not pass once, and how to enter its lab', async () => {
    const written = await text(aRun([aProof({ steps: steps([notReached, drifted]), versions, kept: 'lab-1' })]));
    expect(written.match(/Made with waldojo 0\.1\.0.*PostgreSQL 17\.5.*Docker 28\.2\.2/g)).toHaveLength(1);
    expect(written).toContain('waldojo labs enter lab-1');
  });

  it('keeps apart what failed, what could not be told, what was interrupted and what was not run', async () => {
    const proofs = [
      aProof(),
      aProof({ steps: steps() }),
      aProof({ findings: [engineGone] }),
      aProof({ interrupted: true }),
    ];
    const written = await text(
      aRun(proofs, { interrupted: true, notRun: [aCase({ major: 13 }), aCase({ major: 15 })] }),
    );
    expect(written).toContain('! scenarios/bakery/scenario.md:1  The engine does not answer any more');
    expect(written).toContain('Interrupted after 1 step.');
    expect(written).toContain('Not run\n  bakery 13 docker, bakery 15 docker\n');
    expect(written).toContain('1 passed, 1 failed, 1 could not be told, 1 interrupted, 2 not run');
    expect(written).toContain('then interrupted');
  });

  it('names failures once more after more than a screen, in a line each', async () => {
    const run = aRun([aProof({ steps: steps() })]);
    const failure = /^ {2}✗ bakery:42 {2}17 docker {2}“There are three loaves”.*…$/m;
    expect(await text(run, { columns: 80, rows: 24 })).toMatch(failure);
    expect(await text(run, { columns: 80, rows: 100 })).not.toMatch(failure);
  });

  it('names the slowest steps of a run that took its time', async () => {
    const proof = aProof({
      steps: [5, 1, 9, 3, 7, 2].map((s) => aStep({ title: `Step ${s}`, milliseconds: s * 1000 })),
    });
    const slowest = async (milliseconds: number) =>
      (await text(aRun([proof], { milliseconds }))).split('Slowest steps\n')[1];
    expect(await slowest(27_000)).toMatch(
      /^ {4}9\.0 s {2}bakery {2}17 docker {2}Step 9\n.*7\n.*5\n.*Step 3\n.*Step 2\n\n/,
    );
    expect(await slowest(2000)).toBeUndefined();
  });

  it('fits 80 columns, whatever was printed', async () => {
    const wide = {
      ...notReached,
      expected: 'loaf '.repeat(40),
      evidence: { output: '面包'.repeat(80), block: 'x'.repeat(300) },
    };
    const written = await text(aRun([aProof({ steps: steps([wide]), findings: [engineGone], versions })]), {
      columns: 80,
      rows: 24,
    });
    const { default: width } = await import('string-width');
    expect(written.split('\n').filter((row) => width(row) > 80)).toEqual([]);
    expect(written.match(/x/g)!.length).toBeGreaterThan(300);
  });

  it('is coloured where asked, and never by what a lab printed', async () => {
    const hostile = { ...notReached, message: 'a\x1b[31mb\x1b]0;title\x07', evidence: { output: '\x1b[2Jgone\x07' } };
    const run = aRun([aProof({ steps: steps([hostile]) })]);
    expect(await text(run)).toContain('scenario.md:42  ab\n');
    expect(await text(run)).toContain('│ gone␇\n');
    const coloured = await report((output) => textReporter(output, true), run);
    expect(coloured).toContain('\x1b[31m✗\x1b[39m');
    expect(coloured).not.toContain('\x1b[2J');
  });
});
