import { expect, it } from 'vitest';
import { chop, truncate, wrap } from '../../../../src/validate/report/fold.ts';

it('breaks between words, and keeps the spaces within', () => {
  expect(wrap('  a  b cc ddd', 6)).toEqual(['  a  b', 'cc ddd']);
  expect(wrap('a\n\nb', 6)).toEqual(['a', '', 'b']);
  expect(wrap('all of it', Number.POSITIVE_INFINITY)).toEqual(['all of it']);
});

it('cuts a word that is longer than a line', () => {
  expect(wrap('to abcdefgh', 3)).toEqual(['to', 'abc', 'def', 'gh']);
});

it('counts columns, not characters, and cuts none in two', () => {
  expect(chop('面包面包', 5)).toEqual(['面包', '面包']);
  expect(chop('👨‍👩‍👧👨‍👩‍👧', 2)).toEqual(['👨‍👩‍👧', '👨‍👩‍👧']);
  expect(truncate('面包面包', 6)).toBe('面包…');
});

it('ends even where there is no room', () => {
  expect(wrap('ab c', -3)).toEqual(['a', 'b', 'c']);
});
