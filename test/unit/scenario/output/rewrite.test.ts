import { expect, test } from 'vitest';
import type { Major } from '../../../../src/model/topology.ts';
import { matchOutput } from '../../../../src/scenario/output/match.ts';
import { rewriteOutput, standIn } from '../../../../src/scenario/output/rewrite.ts';
import { resolveVariables, variablesFor } from '../../../../src/scenario/variables.ts';
import { sequence } from '../sequence.ts';

const variables = (major: Major) =>
  variablesFor(major, { host: 'lab', clusters: [{ name: 'main', port: 5432, state: 'running' }] });

/** The block that is made of one, where 17 and then 13 have printed these. */
function rewrite(block: string, ...printed: string[]): string | null {
  const outputs = printed.map((text, i) => ({ text, variables: variables(i === 0 ? 17 : 13) }));
  const lines = rewriteOutput(block.split('\n'), outputs);
  return lines?.map(({ text }) => text).join('\n') ?? null;
}

test('lines that match stay as they are, and are known', () => {
  const outputs = [{ text: 'at 0/12\nb\n/var/lib/postgresql/17/main\nd', variables: variables(17) }];
  expect(rewriteOutput(['at <lsn>  ', 'x', '{{ main.data }}', 'd'], outputs)).toEqual([
    { text: 'at <lsn>  ', kept: 0 },
    { text: 'b' },
    { text: '{{ main.data }}', kept: 2 },
    { text: 'd', kept: 3 },
  ]);
});

test('what came stands in the place of what did not, and dots stay', () => {
  expect(rewrite('SET\n...\nCOPY 3', 'SET\nSET\nCOPY 4')).toBe('SET\n...\nCOPY 4');
  expect(rewrite('...\nERROR:  role "a" does not exist\n...', 'x\nERROR:  role "a" is not there\ny')).toBe(
    '...\nERROR:  role "a" is not there\n...',
  );
  expect(rewrite('a\nb\nc', 'a\nc\nd')).toBe('a\nc\nd');
});

test('a placeholder or variable stays where it fits in a line that has changed', () => {
  expect(rewrite(' x | <any> | {{main.port}} | old', ' x | abc | 5432 | new')).toBe(' x | <any> | {{main.port}} | new');
  expect(rewrite('<int> files, old', 'no files, new')).toBe('no files, new');
});

test('what differs between outputs becomes a placeholder of its kind', () => {
  expect(rewrite('?', 'PostgreSQL 17.5 (Debian)', 'PostgreSQL 13.21 (Debian)')).toBe('PostgreSQL <int>.<int> (Debian)');
  expect(rewrite('?', 'in state on', 'in state off')).toBe('in state <any>');
  expect(rewrite('?', 'at /var/lib/postgresql/17/main', 'at /var/lib/postgresql/13/main')).toBe('at {{main.data}}');
  expect(rewrite('?', 'up for 3 days', 'up for  12 days')).toBe('up for <int> days');
  expect(rewrite('?', 'name   size', 'name size')).toBe('name<any>size');
});

test('lines that only some outputs have become dots', () => {
  expect(rewrite('?', 'a\nb\nextra\nc', 'a\nb\nc')).toBe('a\nb\n...\nc');
  expect(rewrite('?', 'a\nb', 'a\nextra 1\nextra 2\nb')).toBe('a\n...\nb');
});

test('a table as wide as its values', () => {
  const narrow = ' name | setting\n------+---------\n a    | 1\n b    | 2\n(2 rows)';
  const wide = '  name  | setting\n--------+---------\n a      | 1\n bcdefg | 2\n(2 rows)';
  const shape = (table: string | null) => table?.replace(/ +/g, ' ');
  const pattern = narrow.replace(' b    |', ' <any> |');
  expect(shape(rewrite('?', narrow, wide))).toBe(shape(pattern));
  expect(shape(rewrite(pattern, wide.replace('| 1', '| 7')))).toBe(shape(pattern.replace('| 1', '| 7')));
});

test('cells of a table stay in line where there is room', () => {
  const table = ' name    | n      | on\n---------+--------+----\n archive | 123456 | t';
  expect(rewrite('?', table, table.replace('123456', '7     '))).toBe(table.replace('123456', '<int> '));
  expect(rewrite('?', ' a | b\n---+---\n x +| 1\n y | 2', ' a | b\n---+---\n x  +| 12\n y   | 2')).toBe(
    ' a | b\n---+---\n x +| <int>\n y | 2',
  );
});

test('very long lines take little time', () => {
  const started = performance.now();
  const line = (word: string) => `${word} 1 2 `.repeat(10_000);
  expect(rewrite(line('a'), line('b'))).toBe(line('b').trimEnd());
  expect(performance.now() - started).toBeLessThan(2000);
});

test('what another case printed is not lost, though nothing is known but that it matched', () => {
  const pattern = 'PostgreSQL 13\nat <lsn>\n<any>';
  expect(matchOutput(pattern, standIn(pattern))).toEqual({ ok: true });
  expect(rewrite(pattern, 'PostgreSQL 17\nat 0/5\nx', standIn(pattern))).toBe('PostgreSQL <int>\nat <lsn>\n<any>');
});

test('what is made matches all that was printed, and made again it stays', () => {
  const next = sequence(7);
  const LINES = [
    'a',
    'b <int>',
    '...',
    'b 12',
    'b  7',
    '{{1}}',
    ' n | v',
    '---+---',
    ' x | 1',
    ' yy |  22',
    '',
    'x 0/3000148',
  ];
  const PATTERN = [...LINES, '<any>', ' <any> | <int>', 'x <lsn>', '{{main.data}}', 'at {{main.data}}/x'];
  const PRINTED = [...LINES, 'at /var/lib/postgresql/17/main/x', '/var/lib/postgresql/17/main', '----+----', '```'];
  const some = (lines: string[]) => Array.from({ length: next(7) }, () => lines[next(lines.length)]!);
  let given = 0;
  for (let round = 0; round < 5000; round++) {
    const block = some(PATTERN).filter((line) => line !== '{{1}}');
    const outputs = Array.from({ length: 1 + next(3) }, () => ({
      text: some(PRINTED).join('\n'),
      variables: variables(17),
    }));
    const lines = rewriteOutput(block, outputs);
    if (!lines) {
      given++;
      continue;
    }
    const { text, unknown } = resolveVariables(lines.map((line) => line.text).join('\n'), variables(17));
    expect(unknown).toEqual([]);
    for (const output of outputs) expect(matchOutput(text, output.text)).toEqual({ ok: true });
    const again = rewriteOutput(
      lines.map((line) => line.text),
      outputs,
    );
    expect(again?.map(({ kept }) => kept)).toEqual([...lines.keys()]);
  }
  expect(given).toBeLessThan(50);
});
