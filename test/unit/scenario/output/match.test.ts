import { expect, test } from 'vitest';
import { matchOutput } from '../../../../src/scenario/output/match.ts';

const matches = (pattern: string, actual: string) => matchOutput(pattern, actual).ok;

test.each([
  ['lsn', ['0/3000148', '1A/FFFFFFFF'], ['0-3000148', 'x/1', '0/']],
  [
    'time',
    ['2025-11-21 07:10:00.123 UTC', '2025-11-21 07:10:00+00', '2025-11-21', '07:10:00', 'Nov 21 07:10', 'Nov  1  2024'],
    ['soon', '7'],
  ],
  ['time', ['Fri Nov 21 07:10:00 UTC 2025', '2025-11-21T07:10:00Z'], ['Fri']],
  ['time', ['Fri 21 Nov 2025 07:10:00 AM UTC', 'Fri Nov 21 07:10:00 AM UTC 2025', '07:10:00 PM'], ['21 Nov', 'AM']],
  ['int', ['0', '-12', '4096'], ['', '1.5', 'a']],
  ['size', ['32M', '7369 kB', '16777216 bytes', '4.0K', '12', '1.2MiB'], ['many', '']],
  ['oid', ['16384'], ['-1', 'x', '12345678901']],
  ['any', ['', 'whatever <b> it is'], []],
])('<%s> stands for what it says', (name, good, bad) => {
  for (const value of good) expect(matchOutput(`at <${name}>.`, `at ${value}.`), value).toEqual({ ok: true });
  for (const value of bad) expect(matches(`at <${name}>.`, `at ${value}.`), value).toBe(false);
});

test('text outside placeholders is taken as it is', () => {
  expect(matches('(1 row) [a-z]* a.b', '(1 row) [a-z]* a.b')).toBe(true);
  expect(matches('a.b', 'axb')).toBe(false);
  expect(matches('<unknown>', '<unknown>')).toBe(true);
});

test('columns may be wider or narrower where a value stands', () => {
  expect(matches(' main | <int> | <lsn> | on', ' main |     7 | 0/15000148      | on')).toBe(true);
  expect(matches(' main | 7 | on', ' main |   7 | on'), 'but not elsewhere').toBe(false);
});

const TABLE = `\
 slot_name | restart_lsn
-----------+-------------
 archive   | <lsn>
 b         | x
(2 rows)

 a | b`;

test('a table of psql with a placeholder in it may be wider or narrower in every line', () => {
  const wider = `\
      slot_name      | restart_lsn
---------------------+-------------
 archive             | 1A/FFFFFFFF
 b                   | x
(2 rows)

 a | b`;
  expect(matches(TABLE, wider)).toBe(true);
  expect(matches(TABLE, wider.replace(' x', ' y')), 'values count').toBe(false);
  expect(matches(TABLE, wider.replace('-+-', '-+-+-')), 'columns count').toBe(false);
  expect(matches(TABLE, wider.replace(/ a \| b$/, ' a  | b')), 'not below the table').toBe(false);
  expect(matches(TABLE, wider.replace(/ restart_lsn$/m, ' restart _lsn')), 'not within a value').toBe(false);
  const exact = TABLE.replace('<lsn>', '0/3000148');
  expect(matches(exact, exact)).toBe(true);
  expect(matches(exact, exact.replace('--\n', '---\n')), 'not without a placeholder').toBe(false);
});

test.each([
  ['of one column', '   f\n-------\n <int>\n(1 row)', '    f\n---------\n 1234567\n(1 row)'],
  ['with dots for rows', ' a | b\n---+---\n...\n x | 1', '  a  | b\n-----+---\n wide | 7\n x   | 1'],
  [
    'with a border',
    '+-----+---+\n|  a  | b |\n+-----+---+\n| <int> | x |\n+-----+---+\n(1 row)',
    '+------+---+\n|  a   | b |\n+------+---+\n| 1234 | x |\n+------+---+\n(1 row)',
  ],
  [
    'with a value of several lines',
    '      labelfile\n---------------------\n START: <lsn> +\n LABEL: x     +\n\n(1 row)',
    '       labelfile\n---------------------\n START: 12/3000028   +\n LABEL: x            +\n\n(1 row)',
  ],
  [
    'in expanded display',
    '-[ RECORD 1 ]-------\nname | archive\nlsn  | <lsn>\n-[ RECORD 2 ]-------\nname | x',
    '-[ RECORD 1 ]-----------\nname | archive\nlsn  | 12/34567890\n-[ RECORD 2 ]-----------\nname | x',
  ],
])('so may a table %s', (_, pattern, actual) => {
  expect(matchOutput(pattern, actual)).toEqual({ ok: true });
});

test('trailing spaces and trailing blank lines do not count, on both sides', () => {
  expect(matches('a  \nb\n\n', 'a\r\nb   \n\n\n')).toBe(true);
  expect(matches('', '\n \n')).toBe(true);
});

test('a line of three dots is any lines, also none', () => {
  expect(matches('a\n...\nb', 'a\nb')).toBe(true);
  expect(matches('a\n...\nb', 'a\nx\ny\nb')).toBe(true);
  expect(matches('...\nb\n...\nd', 'a\nb\nc\nb\nd')).toBe(true);
  expect(matches('...', '')).toBe(true);
  expect(matches('a\n...', 'a\nb\nc')).toBe(true);
  expect(matches('...\nb', 'a\nb\nc')).toBe(false);
});

test('a failure names the first line of the pattern that nothing matched, and what came', () => {
  expect(matchOutput('a\nb <int>\nc', 'a\nb x\nc')).toEqual({ ok: false, line: 1, expected: 'b <int>', actual: 'b x' });
  expect(matchOutput('a\nb', 'a')).toEqual({ ok: false, line: 1, expected: 'b', actual: '(nothing more)' });
  expect(matchOutput('a', 'a\nb')).toEqual({ ok: false, line: 1, expected: '(nothing more)', actual: 'b' });
  expect(matchOutput('...\nb\nc', 'a\nb\nx')).toEqual({ ok: false, line: 2, expected: 'c', actual: 'x' });
});

test('many dots against long output take no time', () => {
  const actual = 'line\n'.repeat(5000);
  const started = performance.now();
  expect(matches(`${'...\nline\n'.repeat(50)}end`, actual)).toBe(false);
  expect(performance.now() - started).toBeLessThan(1000);
});
