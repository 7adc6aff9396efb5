import { expect } from 'vitest';
import type { Finding } from '../../src/validate/proof.ts';

export interface Fault {
  /** What is wrong with the lesson. */
  name: string;
  /** What makes it so: texts of the good lesson, and what stands in their place. */
  edits: [from: string, to: string][];
  ablate?: boolean;
  rewind?: boolean;
  steadfast?: number;
  /** All that must be found, each at the line of the faulty lesson that begins so. */
  found: (Partial<Finding> & { at: string })[];
}

const matching = (pattern: RegExp) => expect.stringMatching(pattern) as string;
const evidence = (what: object) => ({ evidence: expect.objectContaining(what) as object });

const RESTORE = 'psql -q -d postgres -f $file';
const WATCH = '```sh run in=watch background\n';
const FIRST_CHECK = 'sql: SELECT count(*) FROM bread\nequals: 2';

const LATE = `\\! (sleep 0.4; psql -c "INSERT INTO bread VALUES ('rye'), ('spelt')" postgres) >/dev/null 2>&1 &`;

/** Kinds of faults that a lesson may have. The lesson is test/fixtures/lessons/bread/scenario.md. */
export const FAULTS: Fault[] = [
  {
    name: 'a variable that there is not',
    edits: [['{{student.home}}', '{{student.house}}']],
    found: [{ rule: 'document', message: matching(/student\.house/), at: '  file: "{{student.house}}' }],
  },
  {
    name: 'a setup that fails',
    edits: [['touch table.txt', 'touch /nowhere/table.txt']],
    found: [{ rule: 'setup', message: matching(/status 1.*nowhere/), at: '```sh setup' }],
  },
  {
    name: 'a setup that never ends',
    edits: [['```sh setup\n', '```sh setup timeout=1s\nsleep 1000\n']],
    found: [{ rule: 'setup', message: matching(/did not end within 1 s/), at: '```sh setup' }],
  },
  {
    name: 'a check that is true from the beginning',
    edits: [[FIRST_CHECK, 'sql: SELECT count(*) FROM bread\nerror: 42P01']],
    found: [
      { rule: 'vacuous', message: matching(/before anything has been done/), at: 'name: The table has' },
      { rule: 'not-reached', at: 'name: The table has' },
    ],
  },
  {
    name: 'a setup that does what the step should do',
    edits: [
      [
        'touch table.txt',
        'psql -qc "CREATE TABLE bread AS SELECT \'rye\' AS name FROM generate_series(1, 2)" postgres',
      ],
    ],
    found: [
      { rule: 'vacuous', at: 'name: The table has' },
      { rule: 'wrong', actual: 'every check passes', at: '```sql wrong' },
      { rule: 'exit', actual: 'SQLSTATE 42P07', at: '```sql run\nCREATE' },
      { rule: 'not-reached', actual: matching(/4/), at: 'name: The table has' },
    ],
  },
  {
    name: 'a check that can never pass',
    edits: [[FIRST_CHECK, FIRST_CHECK.replace('2', '3')]],
    found: [{ rule: 'not-reached', expected: matching(/3/), actual: matching(/2/), at: 'name: The table has' }],
  },
  {
    name: 'a check that has too little time',
    edits: [
      ["INSERT INTO bread VALUES ('rye'), ('spelt');\n```\n\n```yaml", 'SELECT 1;\n```\n\n```yaml'],
      [
        'CREATE TABLE bread (name text);\nSELECT',
        'CREATE TABLE bread (name text);\n\\! (sleep 30; psql -c "INSERT INTO bread VALUES (1), (2)" postgres) >/dev/null 2>&1 &\nSELECT',
      ],
      ['within: 1s\ndiagnose', 'within: 200ms\ndiagnose'],
    ],
    found: [{ rule: 'not-reached', message: matching(/The table is empty/), at: 'name: The table has' }],
  },
  {
    name: 'a solution that does not reach',
    edits: [[RESTORE, ':']],
    found: [
      { rule: 'not-reached', message: matching(/“The table is back” does not hold/), at: '- name: The table is back' },
    ],
  },
  {
    name: 'a check that cannot be made',
    edits: [[FIRST_CHECK, FIRST_CHECK.replace('SELECT', 'SELEC')]],
    found: [{ status: 'broken', rule: 'check-broken', message: matching(/SELEC/), at: 'name: The table has' }],
  },
  {
    name: 'a check that never ends',
    edits: [['process: ^tail -f', 'command: sleep 1000']],
    found: [
      { status: 'broken', rule: 'check-broken', message: matching(/did not end within/), at: 'name: Somebody watches' },
    ],
  },
  {
    name: 'a check that depends on luck',
    edits: [['process: ^tail -f', 'command: echo >>/tmp/looks; (($(wc -l </tmp/looks) % 2 == 0))']],
    found: [{ rule: 'unstable', message: matching(/held, and then no more/), at: 'name: Somebody watches' }],
  },
  {
    name: 'a mistake that nothing notices',
    edits: [['\ntrue\n', `\n${RESTORE} # As it should be.\n`]],
    found: [{ rule: 'wrong', actual: 'every check passes', at: '```sh wrong' }],
  },
  {
    name: 'a mistake that is the solution, and a step that nothing checks',
    edits: [
      ['\ntrue\n', `\n${RESTORE}  \n`],
      ['```yaml check\nname: Somebody watches\nprocess: ^tail -f\nwithin: 1s\notherwise: Nobody watches.\n```\n', ''],
    ],
    found: [
      { rule: 'unchecked', message: matching(/Nothing checks what is done in "Watch it"/), at: '## Watch it' },
      { rule: 'wrong', message: matching(/is the solution itself/), at: '```sh wrong' },
    ],
  },
  {
    name: 'a mistake that would be noticed only because there is less time for it',
    edits: [
      ["INSERT INTO bread VALUES ('rye'), ('spelt');\n```\n\n```yaml", `${LATE}\n\`\`\`\n\n\`\`\`yaml`],
      [
        'CREATE TABLE bread (name text);\n```\n\n## Save',
        `CREATE TABLE bread (name text);\nSELECT 1;\n${LATE}\n\`\`\`\n\n## Save`,
      ],
      ['within: 1s\ndiagnose', 'within: 5s\ndiagnose'],
    ],
    found: [{ rule: 'wrong', actual: 'every check passes', at: '```sql wrong' }],
  },
  ...[
    ['before', '```sh run id=restore\n', '%s\n\n```sh run id=restore\n'],
    ['after', '```yaml check\n- name: The dump', '%s\n\n```yaml check\n- name: The dump'],
  ].map(
    ([when, at, text]): Fault => ({
      name: `a mistake that is noticed for what gets stuck ${when} it`,
      edits: [
        ['touch table.txt', 'touch table.txt /dev/shm/memory'],
        [at!, text!.replace('%s', '```sh run timeout=1s\nuntil [ -e /dev/shm/memory ]; do sleep 0.1; done\n```')],
      ],
      found: [
        { rule: 'rewind', message: matching(/entry of “Save it”.*did not end within 1 s/), at: '```sh run timeout' },
      ],
    }),
  ),
  {
    name: 'a mistake that trips another check',
    edits: [['trips="The table is back"', 'trips="The dump is there"']],
    found: [{ rule: 'wrong', actual: matching(/^failing: “The table is back” \(Main answers/), at: '```sh wrong' }],
  },
  {
    name: 'a mistake that trips a second check',
    edits: [['\ntrue\n', '\nrm $file\n']],
    found: [{ rule: 'wrong', actual: matching(/“The dump is there”.*“The table is back”/), at: '```sh wrong' }],
  },
  {
    name: 'a mistake whose cause is not told',
    edits: [['equals: 0 }', 'equals: 1 }']],
    found: [{ rule: 'wrong', message: matching(/none of its diagnoses holds/), at: '```sql wrong' }],
  },
  {
    name: 'a mistake that never ends',
    edits: [
      ['\ntrue\n', '\nsleep 1000\n'],
      ['replaces=restore', 'replaces=restore timeout=1s'],
    ],
    found: [{ rule: 'wrong', message: matching(/could not be made.*did not end within 1 s/), at: '```sh wrong' }],
  },
  {
    name: 'a mistake that ends its terminal',
    edits: [['\ntrue\n', '\nexit\n']],
    found: [{ rule: 'wrong', message: matching(/could not be made.*terminal has ended/), at: '```sh wrong' }],
  },
  {
    name: 'an output that has drifted',
    edits: [['\n spelt\n', '\n emmer\n']],
    found: [{ rule: 'output', expected: ' emmer', actual: ' spelt', at: ' emmer' }],
  },
  {
    name: 'an output with a line too few',
    edits: [[' spelt\n(2', '(2']],
    found: [{ rule: 'output', expected: '(2 rows)', actual: ' spelt', at: '(2 rows)' }],
  },
  {
    name: 'an output with a line too many',
    edits: [['(2 rows)\n', '(2 rows)\nTime: 1 ms\n']],
    found: [{ rule: 'output', expected: 'Time: 1 ms', actual: '(nothing more)', at: 'Time: 1 ms' }],
  },
  {
    name: 'a command that fails',
    edits: [['file=bread.sql\n', 'file=bread.sql\nls nothing\n']],
    found: [
      {
        rule: 'exit',
        expected: 'success',
        actual: 'exit status 2',
        ...evidence({ output: matching(/cannot access/) }),
        at: '```sh run\nfile',
      },
    ],
  },
  {
    name: 'an error that does not come',
    edits: [['DROP TABLE bread;\nSELECT * FROM bread;', 'ALTER TABLE bread RENAME TO loaf;\nSELECT 1;']],
    found: [{ rule: 'exit', expected: 'SQLSTATE 42P01', actual: 'success', at: '```sql run exit' }],
  },
  {
    name: 'an error that is another',
    edits: [['exit=42P01', 'exit=42501']],
    found: [{ rule: 'exit', expected: 'SQLSTATE 42501', actual: 'SQLSTATE 42P01', at: '```sql run exit' }],
  },
  {
    name: 'a command that never ends',
    edits: [['```sh run id=restore\n', '```sh run id=restore timeout=1s\nsleep 1000\n']],
    found: [
      {
        rule: 'command',
        message: matching(/`sleep 1000` did not end within 1 s/),
        ...evidence({ block: matching(/sleep 1000/), screen: matching(/sleep 1000/) }),
        at: '```sh run id=restore',
      },
    ],
  },
  {
    name: 'a command that waits for an answer',
    edits: [['```sh run optional\n', "```sh run optional timeout=1s\nread -p 'Are you sure? ' answer\n"]],
    found: [{ rule: 'command', ...evidence({ screen: matching(/Are you sure\?$/) }), at: '```sh run optional' }],
  },
  {
    name: 'a statement without its semicolon',
    edits: [['SELECT * FROM bread;', 'SELECT * FROM bread']],
    found: [{ rule: 'command', message: matching(/not complete/), at: '```sql run exit' }],
  },
  {
    name: 'a quote that is not closed',
    edits: [["-c 'TABLE bread'", "-c 'TABLE bread"]],
    found: [{ rule: 'command', message: matching(/not complete/), at: '```sh run optional' }],
  },
  {
    name: 'a terminal that ends',
    edits: [["psql -d postgres -c 'TABLE bread'", 'exit']],
    found: [{ rule: 'command', message: matching(/terminal has ended/), at: '```sh run optional' }],
  },
  {
    name: 'a terminal that is taken',
    edits: [['tail -f bread.sql\n```', 'tail -f bread.sql\n```\n\n```sh run in=watch\ntrue\n```']],
    found: [
      {
        rule: 'command',
        message: matching(/`tail -f bread.sql` is still running in watch/),
        at: '```sh run in=watch\n',
      },
    ],
  },
  {
    name: 'a background command that ends',
    // Not `tail -f`: until that has said that there is no such file, a quick look finds somebody who watches.
    edits: [['tail -f bread.sql', 'tail loaf.sql']],
    found: [
      { rule: 'not-reached', message: matching(/Nobody watches/), at: 'name: Somebody watches' },
      { rule: 'background', actual: 'exit status 1', at: WATCH },
    ],
  },
  {
    name: 'a background command that ends well',
    edits: [[WATCH, `\`\`\`sh run background\ntrue\n\`\`\`\n\n${WATCH}`]],
    found: [{ rule: 'background', actual: 'success', at: '```sh run background\ntrue' }],
  },
  {
    name: 'a background command that ends later, with its terminal',
    edits: [[WATCH, `\`\`\`sh run background\nsleep 1; exit 3\n\`\`\`\n\n${WATCH}`]],
    steadfast: 5000,
    found: [{ rule: 'background', actual: 'the end of its terminal', at: '```sh run background\nsleep' }],
  },
  {
    name: 'a check that nothing makes fail',
    edits: [
      [
        '```yaml check\nname: Somebody',
        '```yaml check\nname: Nothing is nowhere\nfile: nowhere\nabsent: true\notherwise: It is.\n```\n\n```yaml check\nname: Somebody',
      ],
    ],
    found: [{ rule: 'never-fails', message: matching(/“Nothing is nowhere” was never seen/), at: 'name: Nothing is' }],
  },
  {
    name: 'a process that is left behind',
    edits: [[`${WATCH}tail -f bread.sql`, '```sh run in=watch\nsetsid -f tail -f bread.sql >/dev/null 2>&1']],
    found: [{ rule: 'left-over', message: matching(/: tail -f bread\.sql$/), at: '```sh run in=watch\n' }],
  },
  {
    name: 'a block that nothing notices',
    edits: [['```sh run optional\n', '```sh run\n']],
    ablate: true,
    found: [{ rule: 'unnoticed', message: 'Nothing notices if the learner skips this.', at: '```sh run\npsql -d' }],
  },
  {
    name: 'a step that lives on what no disk keeps',
    edits: [
      ['touch table.txt', "echo 'tail -f bread.sql' >/dev/shm/watch"],
      ['\ntail -f bread.sql', '\nsh /dev/shm/watch'],
    ],
    rewind: true,
    found: [
      { rule: 'rewind', message: matching(/Put back to the entry of “Make it”/), at: 'name: Somebody watches' },
      {
        rule: 'rewind',
        message: matching(/Put back to the entry of “Save it”, “Somebody watches” does not hold/),
        at: 'name: Somebody watches',
      },
      { rule: 'rewind', message: matching(/Put back to the entry of “Watch it”/), at: 'name: Somebody watches' },
    ],
  },
];
