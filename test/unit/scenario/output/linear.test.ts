import { describe, expect, test } from 'vitest';
import { linear } from '../../../../src/scenario/output/linear.ts';
import { matchOutput, PLACEHOLDERS } from '../../../../src/scenario/output/match.ts';
import { sequence } from '../sequence.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 2000);
const KINDS = Object.values(PLACEHOLDERS).map((source) => `(?:${source})`);
const PIECES = [...KINDS, ...KINDS, ' *', ' +', '.*', 'a', 'b?', String.raw`\|`, 'x{2}', '[ab-]{1,3}', '(?:a|ab|)', ''];
const VALUES = [
  ...[
    '0/3000148',
    '1A/FF',
    '2025-01-02 07:10:00.5 UTC',
    '2025-01-02',
    'Nov  1 2024',
    'Fri Nov 21 07:10:00 AM UTC 2025',
  ],
  ...['07:10', '-12', '3', '16 MB', '1.5kB', ' ', '  ', 'a', 'ab', 'b', 'xx', '|', '-', ''],
];

test('it says what the same regular expression says', () => {
  const next = sequence(20261130);
  const some = (from: string[], most: number) =>
    Array.from({ length: 1 + next(most) }, () => from[next(from.length)]!).join('');
  let matched = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const source = some(PIECES, 4);
    const [test, regex] = [linear(source), new RegExp(`^(?:${source})$`, 's')];
    for (let i = 0; i < 10; i++) {
      const text = some(VALUES, 4);
      expect(test(text), `/${source}/ with "${text}"`).toBe(regex.test(text));
      if (regex.test(text)) matched++;
    }
  }
  expect(matched, 'it was no test of nothing but failures').toBeGreaterThan(ROUNDS / 10);
});

test.each(['a(?:b)*', 'a{2', '(?:a', 'a)', '^a', String.raw`\w`, 'a$', '*'])('it does not take /%s/', (source) => {
  expect(() => linear(source)).toThrow();
});

describe('a line that almost matches takes time by its length', () => {
  test.each([
    ['<any>a<any>a<any>a<any>a<any>a<any>b', 'a'.repeat(50_000)],
    ['<any>,<any>,<any>,<any>,<any>,<any>,<any>,<any>.', 'x,'.repeat(25_000)],
    [`${'<int>'.repeat(12)}x`, '1'.repeat(50_000)],
    [`${'<any><int> '.repeat(6)}x`, '12 '.repeat(20_000)],
    ['<any><time><any><time><any><time>!', '2025-01-02 07:10:00 '.repeat(2500)],
    ['<size> <size> <size> <size>x', ' '.repeat(50_000)],
    [' a |\n---+---\n <any> | <any>', ` a |\n---+---\n x${' '.repeat(50_000)}y`],
    [`${' -\n---\n'.repeat(20_000)}<int>`, 'x'],
  ])('%#', (pattern, actual) => {
    const began = performance.now();
    expect(matchOutput(pattern, actual).ok).toBe(false);
    expect(performance.now() - began).toBeLessThan(4000);
  });
});

test('of a line that is too long the beginning is looked at, and it is said so', () => {
  const long = `start ${'x'.repeat(200_000)} end`;
  expect(matchOutput('start <any>', long).ok).toBe(true);
  expect(matchOutput('start <int>', long)).toMatchObject({
    actual: expect.stringMatching(/… \(100010 more characters\)$/),
  });
});
