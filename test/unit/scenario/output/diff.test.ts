import { applyPatch, parsePatch } from 'diff';
import { expect, test } from 'vitest';
import { diffOutput } from '../../../../src/scenario/output/diff.ts';
import { matchOutput } from '../../../../src/scenario/output/match.ts';
import { sequence } from '../sequence.ts';

const PLACE = { file: 'scenarios/bread/scenario.md', line: 10 };
const diff = (pattern: string, printed: string): string[] =>
  diffOutput(pattern, printed, PLACE).split('\n').slice(2, -1);

test('it is headed by the fence in the document, and numbers lines as the document does', () => {
  expect(diffOutput('1\n2\n3\n4\nfive\n6\n7\n8\n9', '1\n2\n3\n4\n5\n6\n7\n8\n9', PLACE)).toBe(`\
--- scenarios/bread/scenario.md:10
+++ what came
@@ -12,7 +12,7 @@
 2
 3
 4
-five
+5
 6
 7
 8
`);
});

test('what matches is no difference, and is shown as its pattern', () => {
  expect(diff('at <lsn>  \n<int>\nc', 'at 0/3000148\n7 \nd\n\n')).toEqual([
    '@@ -11,3 +11,3 @@',
    ' at <lsn>',
    ' <int>',
    '-c',
    '+d',
  ]);
});

test('three dots stay, and what they stand for is not shown', () => {
  expect(diff('a\n...\nb\nc', 'a\nx\nb\ny\nb\nc\nd')).toEqual(['@@ -12,3 +12,4 @@', ' ...', ' b', ' c', '+d']);
  expect(diff('SET\n...\nSET\nCOPY 3', 'SET\nSET\nx\nSET\nCOPY 4')).toEqual([
    '@@ -11,4 +11,4 @@',
    ' SET',
    ' ...',
    ' SET',
    '-COPY 3',
    '+COPY 4',
  ]);
});

test('a line that was changed is found among those that three dots stand for', () => {
  expect(diff('...\nERROR:  role "rye" does not exist\n...', 'x\nERROR:  role "rye" is not there\ny')).toEqual([
    '@@ -11,3 +11,3 @@',
    ' ...',
    '-ERROR:  role "rye" does not exist',
    '+ERROR:  role "rye" is not there',
    ' ...',
  ]);
});

test('nothing where something was shown, and something where nothing was', () => {
  expect(diff('a', '')).toEqual(['@@ -11 +10,0 @@', '-a']);
  expect(diff('', 'a\nb')).toEqual(['@@ -10,0 +11,2 @@', '+a', '+b']);
});

test('of thousands of lines the first hundred are shown, and how many more came', () => {
  const many = Array.from({ length: 5000 }, (_, i) => `line ${i}`).join('\n');
  const lines = diff('a\nb', `a\n${many}\nb`);
  expect(lines.slice(0, 3)).toEqual(['@@ -11,2 +11,102 @@', ' a', '+line 0']);
  expect(lines.slice(-3)).toEqual(['+line 99', '\\ 4900 more lines came', ' b']);
});

test('long outputs take little time', () => {
  const lines = (text: string) => Array.from({ length: 3000 }, (_, i) => `${text} ${i}`).join('\n');
  const started = performance.now();
  diff(lines('a'), lines('b'));
  diff('...\na <int>\n...\nb', `${lines('a')}\n${lines('c')}`);
  diff(lines('a <any> <any> <any>'), lines(`b ${'b '.repeat(50)}`));
  expect(performance.now() - started).toBeLessThan(5000);
});

const next = sequence(20251121);
const some = (lines: string[]) => Array.from({ length: next(8) }, () => lines[next(lines.length)]!).join('\n');

test('no difference is shown if and only if it matches', () => {
  let matching = 0;
  for (let round = 0; round < 10_000; round++) {
    const pattern = some(['...', 'a', 'b', '<int>', 'a <any>', ' a | <int>', '---+---', ' a | b', '']);
    const printed = some(['a', 'b', '1', '22', 'a b', ' a |   3', '----+---', '  a | b', '']);
    const { ok } = matchOutput(pattern, printed);
    if (ok) matching++;
    const changes = diff(pattern, printed).filter((line) => /^[+-]/.test(line));
    expect(changes.length === 0, `${pattern}\n=====\n${printed}`).toBe(ok);
  }
  expect(matching).toBeGreaterThan(200);
});

test('applied to the document, it puts the block right', () => {
  for (let round = 0; round < 5000; round++) {
    const pattern = `${some(['...', 'a', 'b', '<int>', 'a <any>'])}\nend`;
    const printed = some(['a', 'b', '1', '22', 'a b']);
    const patch = parsePatch(diffOutput(pattern, printed, PLACE))[0];
    const before = Array.from({ length: PLACE.line }, (_, i) => `line ${i}`).join('\n');
    const after = applyPatch(`${before}\n${pattern}\nlast`, patch!, { fuzzFactor: 0 });
    expect(after, `${pattern}\n=====\n${printed}`).toMatch(/^line 0\n.*\nlast$/s);
    const block = String(after).slice(before.length + 1, -'last'.length);
    expect(matchOutput(block, printed), `${pattern}\n=====\n${printed}`).toEqual({ ok: true });
  }
});
