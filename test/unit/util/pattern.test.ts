import { expect, test } from 'vitest';
import { pattern } from '../../../src/util/pattern.ts';
import { watched } from '../../../src/util/watched.ts';

test.each([
  ['^(a+)+$', `${'a'.repeat(40)}!`],
  ['(x+x+)+y', 'x'.repeat(200)],
  [String.raw`^(\w+\s?)*$`, `${'word'.repeat(20)}!`],
  ['^(a|aa)+$', `${'a'.repeat(80)}!`],
  ['(?=(b+)+$)', `${'b'.repeat(60)}!`],
  [String.raw`(.*)*\1x`, 'ab'.repeat(50)],
  ['.*.*.*.*.*=', 'a'.repeat(50_000)],
])('a search for /%s/ that would not end is ended, and says so', (source, text) => {
  const began = performance.now();
  const { test: search } = pattern(source, { patience: 50 });
  expect(() => search(text)).toThrow(/^\/.*\/ takes longer than 50 ms to search \d+ characters: make it simpler\.$/);
  expect(() => search('a'), 'its time is over').toThrow('takes longer than 50 ms');
  expect(performance.now() - began).toBeLessThan(5000);
});

test('every search with one pattern takes from the same time', () => {
  const { test: search } = pattern('^(a+)+$', { patience: 100 });
  const began = performance.now();
  for (let i = 0; i < 1000; i++) expect(() => search(`${'a'.repeat(40)}!`)).toThrow('takes longer');
  expect(performance.now() - began).toBeLessThan(5000);
});

test('a pattern sees each line, and is refused where it is none', () => {
  expect(pattern('^b$').test('a\nb\nc')).toBe(true);
  expect(pattern('^b$', { flags: 'i' }).test('B')).toBe(true);
  expect(pattern('^b$').test('abc')).toBe(false);
  expect(() => pattern('(')).toThrow('/(/ is no regular expression.');
});

test('what is watched may watch something itself, and throws what it throws', () => {
  const endless = (): never => {
    for (;;);
  };
  expect(watched(() => watched(() => 7, 1000), 1000)).toBe(7);
  expect(() => watched(() => watched(endless, 10_000), 50)).toThrow('too long');
  const inner = () => {
    try {
      return watched(endless, 50);
    } catch {
      return 'went on';
    }
  };
  expect(watched(inner, 10_000)).toBe('went on');
  const error = new TypeError('mine');
  expect(() =>
    watched(() => {
      throw error;
    }, 1000),
  ).toThrow(error);
});
