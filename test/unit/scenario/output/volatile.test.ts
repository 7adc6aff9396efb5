import { expect, test } from 'vitest';
import { matchOutput } from '../../../../src/scenario/output/match.ts';
import { patternsOf } from '../../../../src/scenario/output/volatile.ts';
import { resolveVariables, variablesFor } from '../../../../src/scenario/variables.ts';

const variables = variablesFor(17, {
  host: 'lab',
  clusters: [
    { name: 'main', port: 5432, state: 'running' },
    { name: 'replica', port: 5433, state: 'stopped' },
  ],
});

/** What came, and the pattern that is made of it. */
const LINES: [string, string][] = [
  // Times.
  ['2025-11-21 07:10:00.123 UTC [1234] student@postgres ERROR:  no', '<time> [<int>] student@postgres ERROR:  no'],
  ['2025-11-21 07:10:00+00 LOG: x', '<time> LOG: x'],
  ['pg_control last modified:  Sat 21 Nov 2026 09:08:53 AM UTC', 'pg_control last modified:  <time>'],
  ['START TIME: 2025-11-21 07:10:00 UTC', 'START TIME: <time>'],
  ['bought on 2025-11-21, 3 loaves', 'bought on 2025-11-21, 3 loaves'],
  // Places in the WAL.
  ['START WAL LOCATION: 0/2000028 (file 000000010000000000000002)', 'START WAL LOCATION: <lsn> (file <any>)'],
  ['000000010000000000000003.00000028.backup', '<any>.backup'],
  ['000000010000000000000003.partial 00000002.history', '<any>.partial 00000002.history'],
  ['1/2 of 3/4, 1/1 tablespace', '1/2 of 3/4, 1/1 tablespace'],
  // Sizes, and what is not one.
  ['23456/23456 kB (100%), 1/1 tablespace', '<int>/<size> (100%), 1/1 tablespace'],
  ['32M\tbasebackup', '<size>\tbasebackup'],
  ['-rw------- 1 postgres postgres 16777216 Nov 21 09:08 a', '-rw------- 1 postgres postgres <size> <time> a'],
  ['total 80', 'total <int>'],
  [' rye | 16', ' rye | 16'],
  ['COPY 3', 'COPY 3'],
  ['(12 rows)', '(12 rows)'],
  // Names that are made up anew each time.
  ['Database system identifier:  7710549184242150563', 'Database system identifier:  <int>'],
  ['d41d8cd98f00b204e9800998ecf8427e  a', '<any>  a'],
  ['\\restrict Pl3w3DqPgbsSkJbZb1bC2hVQeTpnYq7uRZPyF0SRB3bPnP0w6lAvuWcvX2cGkL1', '\\restrict <any>'],
  ['pg_stat_get_progress_info_of_some_long_name_17', 'pg_stat_get_progress_info_of_some_long_name_17'],
  ['base/16384/16385_fsm base/5/1259', 'base/<oid>/<oid>_fsm base/5/1259'],
  // Processes and durations.
  ['[1] 1234', '[1] <int>'],
  ['pg_ctl: server is running (PID: 1234)', 'pg_ctl: server is running (PID: <int>)'],
  ['slot "a" is active for PID 77', 'slot "a" is active for PID <int>'],
  ['Time: 12.345 ms', 'Time: <any> ms'],
  ['write=0.012 s, sync=0.003 s', 'write=<any> s, sync=<any> s'],
  ['active_pid | 1234', 'active_pid | <int>'],
  // Variables, the longest first, and only whole.
  ['/var/lib/postgresql/17/main/pg_wal', '{{main.data}}/pg_wal'],
  ['"/var/lib/postgresql/17/main2" /var/lib/postgresql.', '"{{postgres.home}}/17/main2" {{postgres.home}}.'],
  ['/mnt/var/lib/postgresql/17/main', '/mnt/var/lib/postgresql/17/main'],
  ['/usr/lib/postgresql/17/bin/postgres -p 5432', '{{pg.bin}}/postgres -p 5432'],
  // What would be read as a pattern or a variable.
  ['as <int> {{x}} {{a {{b}} c}}', 'as <any> <any>'],
  ['{{1,2},{3,4}} {{a}', '<any> {{a}'],
  ['  ...', '  ...<any>'],
  // Columns stay in line.
  [' archive   | 0/3000148   | on', ' archive   | <lsn>       | on'],
  [' archive   |        1 MB | on', ' archive   |      <size> | on'],
];

test.each(LINES)('%j becomes %j', (line, expected) => {
  expect(patternsOf([line], variables).join('\n')).toBe(expected);
});

test.each(LINES)('the pattern of %j matches it, and is its own', (line) => {
  const pattern = patternsOf([line], variables).join('\n');
  const { text, unknown } = resolveVariables(pattern, variables);
  expect(unknown).toEqual([]);
  expect(matchOutput(text, line)).toEqual({ ok: true });
  expect(matchOutput(text, 'something else').ok).toBe(false);
});

test('in a table the numbers below a name such as pid are placeholders', () => {
  const table = [
    '  pid   | state | n |  oid  | active_pid',
    '--------+-------+---+-------+------------',
    ' 123456 | idle  | 3 | 16384 |      77',
    '     12 | 99999 | 3 |     5 |',
    '(2 rows)',
    '123456',
  ];
  expect(patternsOf(table, variables)).toEqual([
    ...table.slice(0, 2),
    '  <int> | idle  | 3 | <int> |   <int>',
    '  <int> | 99999 | 3 | <int> |',
    ...table.slice(4),
  ]);
});
