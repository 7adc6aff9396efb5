import { describe, expect, it } from 'vitest';
import {
  clickAt,
  fit,
  justify,
  line,
  lineWidth,
  paint,
  plainText,
  printable,
  span,
  truncate,
  wrap,
} from '../../../src/tui/text.ts';

const texts = (lines: ReturnType<typeof wrap>) => lines.map(plainText);

describe('wrap', () => {
  it('breaks at spaces and drops the space at the break', () => {
    expect(texts(wrap(line('one two three'), 8))).toEqual(['one two', 'three']);
  });

  it('keeps a word together that is made of several styles', () => {
    expect(texts(wrap([span('see '), span('pg_dump', { bold: true }), span(', now')], 9))).toEqual([
      'see',
      'pg_dump,',
      'now',
    ]);
  });

  it('breaks a word that is longer than a line', () => {
    expect(texts(wrap(line('a 000000010000000000000003'), 10))).toEqual(['a', '0000000100', '0000000000', '0003']);
  });

  it('counts wide characters as two columns and never cuts one in half', () => {
    expect(texts(wrap(line('你好世界你好'), 5))).toEqual(['你好', '世界', '你好']);
  });

  it('keeps line breaks and the spaces that code begins with', () => {
    expect(texts(wrap(line('  if x'), 10))).toEqual(['  if x']);
    expect(texts(wrap(line('a\nb'), 10))).toEqual(['a', 'b']);
  });

  it('counts what stands before each line as part of it', () => {
    const lines = wrap(line('one two three four'), 10, { first: [span('1. ')], rest: [span('   ')] });
    expect(texts(lines)).toEqual(['1. one two', '   three', '   four']);
  });

  it('makes one empty line of nothing', () => {
    expect(wrap([], 10)).toEqual([[]]);
  });
});

describe('one line', () => {
  it('is cut with an ellipsis, within its columns', () => {
    expect(plainText(truncate([span('primary '), span('replica', { bold: true })], 10))).toBe('primary r…');
    expect(lineWidth(truncate(line('你好世界'), 4))).toBeLessThanOrEqual(4);
  });

  it('is filled up to its columns', () => {
    expect(lineWidth(fit(line('你'), 5))).toBe(5);
  });

  it('keeps its right end when the left one has to be cut', () => {
    expect(plainText(justify(line('a long title'), line('3/6'), 10))).toBe('a long…3/6');
  });

  it('says what a click in a column means', () => {
    const row = [span('你好 '), { text: 'run', style: {}, click: 'r' }];
    expect(clickAt(row, 4)).toBeUndefined();
    expect(clickAt(row, 5)).toBe('r');
    expect(clickAt(row, 8)).toBeUndefined();
  });

  it('is painted in colours, and with NO_COLOR in everything but colours', () => {
    const row = [span('x', { bold: true, color: 'red' })];
    const before = process.env.NO_COLOR;
    delete process.env.NO_COLOR;
    expect(paint(row)).toBe('\x1b[1;31mx\x1b[0m');
    process.env.NO_COLOR = '1';
    expect(paint(row)).toBe('\x1b[1mx\x1b[0m');
    if (before === undefined) delete process.env.NO_COLOR;
    else process.env.NO_COLOR = before;
  });
});

it.each([
  ['\x1b[31mred\x07', '[31mred'],
  ['a\u202ecod\u2066.\u200f', 'acod.'],
  ['\ta\nb\u0085', '    a\nb'],
  ['“é” 👩\u200d👧', '“é” 👩\u200d👧'],
])('of %j only what does no harm is shown', (text, shown) => {
  expect(printable(text)).toBe(shown);
});
