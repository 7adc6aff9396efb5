import { describe, expect, test } from 'vitest';
import { ASSERTION_KINDS, type Assertion } from '../../../src/model/check.ts';
import {
  type Block,
  checksOf,
  commandsOf,
  hintsOf,
  questionsOf,
  type Scenario,
  type Step,
} from '../../../src/model/scenario.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';
import { majorsIn } from '../../../src/scenario/versions.ts';
import { good } from './good.ts';

function parse(source: string, major?: 13 | 15 | 17): Scenario {
  const { scenario, diagnostics } = parseScenario(source, { file: 'a.md', id: 'a', major });
  expect(diagnostics).toEqual([]);
  return scenario!;
}

const scenario = parse(good);
const [backup, ask] = scenario.steps as [Step, Step, Step];
const lineOf = (text: string) => good.slice(0, good.indexOf(text)).split('\n').length;

test('steps are the second-level headings, named as code-hosting sites do', () => {
  expect(scenario.steps.map(({ id, title, line }) => [id, title, line])).toEqual([
    ['take-a-base-backup', 'Take a base backup', lineOf('## Take')],
    ['ask-the-server', 'Ask the server', lineOf('## Ask')],
    ['wrap-up', 'Wrap-up', lineOf('## Wrap-up')],
  ]);
});

test('the introduction has neither the title nor the author’s notes', () => {
  expect(scenario.introduction.map(({ kind, line }) => [kind, line])).toEqual([
    ['text', lineOf('This lab runs')],
    ['illustration', lineOf('```conf')],
    ['setup', lineOf('```sh setup')],
  ]);
  expect(JSON.stringify(scenario)).not.toContain('never shown');
});

test('commands have what their fences say, and defaults for the rest', () => {
  const [run, sql, solution, instead] = commandsOf(backup.blocks, 'run', 'solution', 'wrong');
  expect(run).toEqual({
    kind: 'run',
    id: 'backup',
    language: 'sh',
    text: 'pg_basebackup -D /home/student/backups/base -p 5432 -c fast -P\nls /var/lib/postgresql/17/main',
    terminal: 'shell',
    exit: '0',
    timeout: 90_000,
    background: false,
    interrupt: false,
    optional: false,
    line: lineOf('```sh run'),
    output: { text: '...\n<size> (100%), 1/1 tablespace\npg_basebackup: <any>', line: lineOf('```text output') },
  });
  expect(sql).toMatchObject({
    id: 'take-a-base-backup:2',
    language: 'sql',
    terminal: 'psql',
    exit: '42P01',
    optional: true,
  });
  expect(solution).toMatchObject({
    kind: 'solution',
    background: true,
    interrupt: true,
    terminal: 'postgres',
    timeout: 60_000,
  });
  expect(instead).toMatchObject({ trips: 'The backup is whole', replaces: 'backup', exit: '1' });
});

test('hints keep their Markdown, in whatever way their tags stand', () => {
  expect(hintsOf(backup)).toMatchObject([
    { summary: 'How big is it?', markdown: expect.stringMatching(/^About as big.*```sh\ndu -sh .*```$/s) },
    { summary: 'Where is it?', markdown: 'In /home/student.' },
    { summary: 'Anything else?', markdown: 'No.' },
  ]);
});

test('text before and after blocks is whole', () => {
  const texts = backup.blocks.filter((b): b is Block & { kind: 'text' } => b.kind === 'text');
  expect(texts.map(({ line }) => line)).toEqual([lineOf('Run it in'), lineOf('It says'), lineOf('### A smaller')]);
  expect(texts[0]!.markdown).toContain('   echo an illustration in a list');
});

test('questions take choices, a number, a pattern or text', () => {
  expect(questionsOf(ask).map(({ id, answer }) => [id, answer])).toEqual([
    ['wal-size', { type: 'choice', choices: ['1 MB', '16 MB', '1 GB'], right: 1 }],
    ['ask-the-server:question-2', { type: 'number', value: 3 }],
    ['ask-the-server:question-3', { type: 'pattern', pattern: '^5433$', example: '5433' }],
    ['ask-the-server:question-4', { type: 'exact', text: 'postgres' }],
  ]);
});

describe('checks', () => {
  const checks = [...checksOf(backup), ...checksOf(ask)];
  const asserted = (name: string): Assertion => checks.find((check) => check.name === name)!.assertion;

  test('every kind is in the document', () => {
    const kinds = checks.flatMap(({ assertion, diagnose }) => [
      assertion.kind,
      ...diagnose.map(({ when }) => when.kind),
    ]);
    expect(new Set(kinds)).toEqual(new Set(ASSERTION_KINDS));
  });

  test('what stands beside the assertion', () => {
    expect(checks[0]).toMatchObject({
      within: 10_000,
      once: false,
      otherwise: 'Expected {{expected}}, got {{actual}}.',
    });
    expect(checks[0]!.diagnose).toEqual([
      { when: { kind: 'file', path: '/home/student/backups/base', exists: false }, say: 'There is no backup yet.' },
      {
        when: { kind: 'process', pattern: 'pg_basebackup.*-D', user: 'student', running: true },
        say: 'It is still running.',
      },
    ]);
    expect(checks[1]).toMatchObject({ within: 5000, once: true, line: lineOf('- name: The replica') });
  });

  test.each<[string, Assertion]>([
    [
      'The replica is a standby',
      { kind: 'cluster', cluster: 'replica', is: { state: 'primary', negated: true }, timeline: 1 },
    ],
    ['Three rows', sql('SELECT count(*) FROM t', { type: 'equals', value: '3' }, 'shop')],
    [
      'Rows',
      sql('TABLE t', {
        type: 'rows',
        rows: [
          ['1', 'a'],
          ['2', ''],
        ],
      }),
    ],
    ['A match', sql('SHOW wal_level', { type: 'matches', pattern: '^(replica|logical)$' })],
    ['At least', sql('SELECT 1.5', { type: 'at-least', value: 1.5 })],
    ['An error', sql('SELECT 1/0', { type: 'error', sqlstate: '22012' })],
    [
      'A file',
      {
        kind: 'file',
        path: '/var/lib/postgresql/17/main',
        owner: { name: 'student', negated: true },
        mode: { mode: '0700', negated: false },
        size: 16_384,
      },
    ],
    [
      'A tar',
      {
        kind: 'file',
        path: '/tmp/base.tar.gz',
        exists: true,
        matches: { pattern: 'secret', negated: true },
        partial: false,
        tarContains: '^base/',
      },
    ],
    ['A file that is', { kind: 'file', path: '/etc/passwd', exists: true }],
    ['A command', { kind: 'command', command: 'exit 3', user: 'postgres', exit: 3, matches: '^$' }],
    ['Typed it', { kind: 'ran', pattern: 'pg_basebackup\\b', terminal: 'shell', exit: '0' }],
    ['No process', { kind: 'process', pattern: 'pg_receivewal', running: false }],
    ['A slot', { kind: 'slot', slot: 'archive', cluster: 'main', is: 'inactive' }],
    [
      'An archive',
      {
        kind: 'archive',
        directory: '/wal',
        from: '000000010000000000000001',
        to: '000000010000000000000003',
        partial: true,
        upTo: 'main',
      },
    ],
    ['A backup', { kind: 'backup', directory: '/b', verifies: true }],
    [
      'The backup is whole',
      {
        kind: 'backup',
        directory: '/home/student/backups/base',
        verifies: true,
        manifest: true,
        label: true,
        wal: true,
      },
    ],
    ['An answer', { kind: 'answer', question: 'wal-size' }],
  ])('%s', (name, assertion) => {
    expect(asserted(name)).toEqual(assertion);
  });

  function sql(query: string, expect: (Assertion & { kind: 'sql' })['expect'], database = 'postgres'): Assertion {
    return { kind: 'sql', query, cluster: 'main', database, expect };
  }
});

test('variables are those of the major, also in the front matter', () => {
  const older = parse(good, 15);
  expect(older.major).toBe(15);
  expect(older.introduction[0]).toMatchObject({
    markdown: 'This lab runs PostgreSQL 15 on `db1`; its programs are in `/usr/lib/postgresql/15/bin`.',
  });
  expect(older.terminals[1]).toEqual({ name: 'psql', user: 'student', command: 'psql -p 5432 -d postgres' });
  expect(JSON.stringify(older.steps).match(/\{\{.*?\}\}/g)).toEqual(['{{expected}}', '{{actual}}', '{{actual}}']);
});

test('a document with CRLF line ends or a byte order mark reads the same', () => {
  expect(parse(good.replaceAll('\n', '\r\n'))).toEqual(scenario);
  expect(parse(`\uFEFF${good}`)).toEqual(scenario);
});

test('positions are the same with CRLF line ends and a byte order mark', () => {
  const faulty = good.replace('on: main/shop', 'on: {{main.port}} {{nothing}}');
  const plain = parseScenario(faulty, { file: 'a.md', id: 'a' }).diagnostics;
  const windows = parseScenario(`\uFEFF${faulty.replaceAll('\n', '\r\n')}`, { file: 'a.md', id: 'a' }).diagnostics;
  expect(plain.map(({ column, rule }) => [column, rule])).toEqual([
    [5, 'unknown-cluster'],
    [19, 'unknown-variable'],
  ]);
  expect(windows).toEqual(plain);
});

test('documents without front matter, without its end, or with nothing at all are faulty', () => {
  for (const source of ['', '# Title', '---\nformat: 1\n', '---\n---', '---\n---\n## A', '\uFEFF']) {
    const { scenario, diagnostics } = parseScenario(source, { file: 'a.md', id: 'a' });
    expect(scenario).toBeNull();
    expect(diagnostics.length).toBeGreaterThan(0);
  }
});

test('an unterminated fence swallows the rest, and is the fault that is reported', () => {
  const cut = good.slice(0, good.indexOf('```', good.indexOf('```sh run') + 3));
  const { diagnostics } = parseScenario(cut, { file: 'a.md', id: 'a' });
  expect(diagnostics).toMatchObject([{ line: lineOf('```sh run'), column: 1, rule: 'unterminated-fence' }]);
});

test.each([
  ['>=13', [13, 15, 17, 18]],
  ['>13 <18', [15, 17]],
  ['>= 13 < 17', [13, 15]],
  ['13 - 17', [13, 15, 17]],
  ['15', [15]],
  ['=15 || 18', [15, 18]],
  ['<=13 || >17', [13, 18]],
  ['*', [13, 15, 17, 18]],
  ['16', []],
  ['', undefined],
  ['^13', undefined],
  ['13 ||', undefined],
  ['all', undefined],
])('the range "%s"', (range, majors) => {
  expect(majorsIn(range)).toEqual(majors);
});
