import { expect, test } from 'vitest';
import { table } from '../../../src/cli/screen.ts';
import { printable } from '../../../src/util/printable.ts';

test.each([
  ['a b-ä🦭…', 'a b-ä🦭…'],
  ['\u001b]0;x\u0007', '\\u{1b}]0;x\\u{7}'],
  ['a\nb\tc\rd', 'a\\u{a}b\\u{9}c\\u{d}d'],
  ['\u202egnp.exe', '\\u{202e}gnp.exe'],
  ['\u009b2J\u2028\u200b\ufeff', '\\u{9b}2J\\u{2028}\\u{200b}\\u{feff}'],
  ['\ud800', '\\u{d800}'],
])('%j is shown in characters that do no harm', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('so is what stands in a table', () => {
  expect(table([['a\u001b[2J', 'b']])).toBe('a\\u{1b}[2J  b\n');
});
