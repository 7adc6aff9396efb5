import { expect, it } from 'vitest';
import type { Runtime } from '../../src/lab/lab.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { type Finding, findingsOf } from '../../src/validate/proof.ts';
import { prove } from '../../src/validate/prove.ts';
import { forEachRuntime, major } from './runtimes.ts';

const LESSON = `---
format: 1
title: A lesson
summary: Make a table and lose it.
difficulty: beginner
minutes: 1
lab: { hosts: { lab: { clusters: { main: { port: 5432 } } } } }
---
## Make it
\`\`\`sql run
CREATE TABLE bread (name text);
INSERT INTO bread VALUES ('rye'), ('spelt');
\`\`\`
\`\`\`yaml check
name: The table has its rows
sql: SELECT count(*) FROM bread
equals: 2
diagnose:
  - when: { sql: SELECT count(*) FROM bread, equals: 0 }
    say: The table is empty.
otherwise: There is no table bread with two rows.
\`\`\`
\`\`\`sql wrong trips="The table has its rows"
CREATE TABLE bread (name text);
\`\`\`
## Save it
\`\`\`sh run
file=bread.sql
pg_dump -t bread postgres >$file && wc -l <$file
\`\`\`
\`\`\`text output
<int>
\`\`\`
\`\`\`sql run exit=42P01
DROP TABLE bread;
SELECT * FROM bread;
\`\`\`
\`\`\`sh run id=restore
psql -q -d postgres -f $file
\`\`\`
\`\`\`yaml check
- name: The dump is there
  file: "{{student.home}}/bread.sql"
  matches: CREATE TABLE
  within: 1s
  otherwise: No dump.
- name: The table is back
  sql: SELECT count(*) FROM bread
  equals: 2
  within: 1s
  otherwise: Got {{actual}}.
\`\`\`
\`\`\`sh wrong trips="The table is back" replaces=restore
true
\`\`\`
`;

const lineOf = (text: string): number => LESSON.slice(0, LESSON.indexOf(text)).split('\n').length;

async function findings(runtime: Runtime, source: string): Promise<Finding[]> {
  const { scenario, diagnostics } = parseScenario(source, { file: 'lesson/scenario.md', id: 'lesson', major });
  expect(diagnostics).toEqual([]);
  const { id, title, file } = scenario!;
  const proof = await prove(
    scenario!,
    { scenario: id, title, file, directory: '', major, runtime: runtime.name },
    { runtime, keepFailed: false, signal: new AbortController().signal, onStep: () => {} },
  );
  return findingsOf(proof);
}

/** Each fault: what is changed in the lesson, and the one thing that has to be found, at the line of that text. */
const FAULTS: [string, [string, string], Partial<Finding>, at: string][] = [
  [
    'a check that is true from the beginning',
    ['equals: 2', 'error: 42P01'],
    { rule: 'vacuous' },
    'name: The table has',
  ],
  [
    'a restore that is missing',
    ['psql -q -d postgres -f $file', 'true'],
    { rule: 'not-reached', message: expect.stringMatching(/The table is back.*does not hold/) },
    '- name: The table is back',
  ],
  ['an output that has drifted', ['<int>\n', 'forty\n'], { rule: 'output', expected: 'forty' }, '<int>\n'],
  [
    'a command that fails',
    ['pg_dump -t bread', 'pg_dump -t bred'],
    { rule: 'exit', expected: 'success', actual: 'exit status 1' },
    '```sh run\nfile',
  ],
  [
    'an error that does not come',
    ['exit=42P01', 'exit=42501'],
    { rule: 'exit', actual: 'SQLSTATE 42P01' },
    '```sql run exit',
  ],
  [
    'a mistake that nothing notices',
    ['\ntrue\n', '\npsql -q -d postgres -f $file\n'],
    { rule: 'wrong', actual: 'every check passes' },
    '```sh wrong',
  ],
  [
    'a mistake that trips something else',
    ['trips="The table is back"', 'trips="The dump is there"'],
    { rule: 'wrong', actual: expect.stringMatching(/failing: “The table is back” \(/) },
    '```sh wrong',
  ],
  [
    'a mistake whose cause is not told',
    ['equals: 0 }', 'equals: 1 }'],
    { rule: 'wrong', message: expect.stringMatching(/none of its diagnoses holds/) },
    '```sql wrong',
  ],
  [
    'a command that never ends',
    ['```sh run id=restore\n', '```sh run id=restore timeout=1s\nsleep 1000\n'],
    { rule: 'command', evidence: { screen: expect.stringMatching(/sleep 1000/) } },
    '```sh run id=restore',
  ],
  [
    'a check that cannot be made',
    ['SELECT count(*) FROM bread\nequals', 'SELEC count(*) FROM bread\nequals'],
    { status: 'broken', rule: 'check-broken' },
    'name: The table has',
  ],
];

forEachRuntime((runtime) => {
  it('finds nothing in a lesson that works, and leaves no lab behind', async () => {
    expect(await findings(runtime, LESSON)).toEqual([]);
    expect((await runtime.labs()).filter(({ scenario }) => scenario === 'lesson')).toEqual([]);
  }, 60_000);

  it.each(FAULTS)(
    'names %s',
    async (_, [from, to], expected, at) => {
      expect(LESSON).toContain(from);
      const found = await findings(runtime, LESSON.replace(from, to));
      expect(found).toContainEqual(expect.objectContaining({ status: 'fail', ...expected, line: lineOf(at) }));
    },
    60_000,
  );
});
