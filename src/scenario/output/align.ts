import { diffArrays } from 'diff';
import { isRule, type PatternLine } from './match.ts';

/** What became of a line of a pattern, or of a line that came; both counted from 0. */
export type Row =
  | { kind: 'same'; pattern: number; came: number }
  /** Not the same, but much like it. */
  | { kind: 'changed'; pattern: number; came: number }
  | { kind: 'gone'; pattern: number }
  | { kind: 'new'; came: number }
  /** `...`; the lines that it stands for have no row. */
  | { kind: 'any'; pattern: number };

/** Where there is more to compare than these many pairs of lines, none are found: all of it is gone, and all is new. */
const MAX_TESTED = 1_000_000;
const MAX_LIKENED = 200_000;
/** Characters of two lines beyond which they are not likened. */
const MAX_LENGTH = 4000;

/**
 * Lays what came beside a pattern, in the order of both. Without rows that are changed, gone or new, the output matches;
 * whether it does is better asked of `matchOutput`, which finds a way where there is one.
 */
export function alignOutput(pattern: PatternLine[], came: string[]): Row[] {
  const same = sameLines(pattern, came);
  const rows: Row[] = [];
  let p = 0;
  let a = 0;
  for (let next = 0; next <= pattern.length; next++) {
    const end = next < pattern.length ? same[next] : came.length;
    if (end === undefined) continue;
    rows.push(...alignGap(pattern, came, [p, next], [a, end]));
    if (next < pattern.length) rows.push({ kind: 'same', pattern: next, came: end });
    p = next + 1;
    a = end + 1;
  }
  return rows;
}

type Range = [from: number, to: number];

/** For each line of the pattern the line that came and matches it, if any: as many as there can be. */
function sameLines(pattern: PatternLine[], came: string[]): (number | undefined)[] {
  const tests = pattern.flatMap(({ test }, p) => (test ? [{ test, p }] : []));
  const found = partners(tests, came, MAX_TESTED, ({ test }, line) => test(line));
  const same = new Array<number | undefined>(pattern.length);
  for (const [i, { p }] of tests.entries()) same[p] = found[i];
  return tighten(pattern, came, same);
}

/**
 * Of lines that came several times, what follows a `...` is the last: those before it are what the `...` stands for. Otherwise
 * they would seem to be new between lines that stand together.
 */
function tighten(pattern: PatternLine[], came: string[], same: (number | undefined)[]): (number | undefined)[] {
  const firstAny = pattern.findIndex(({ test }) => !test);
  let next: number | undefined = came.length;
  for (let p = pattern.length - 1; p > firstAny && firstAny >= 0; p--) {
    const { test } = pattern[p]!;
    if (!test) {
      next = undefined;
    } else if (same[p] !== undefined) {
      for (let a = next ?? 0; a-- > same[p]! + 1; ) {
        if (test(came[a]!)) same[p] = a;
      }
      next = same[p];
    }
  }
  return same;
}

/** Between lines that are the same: which are the same line, changed, and whether a `...` stands for the others. */
function alignGap(pattern: PatternLine[], came: string[], [p, pEnd]: Range, [a, aEnd]: Range): Row[] {
  const olds = pattern.slice(p, pEnd);
  const news = came.slice(a, aEnd);
  const changed = partners(olds, news, MAX_LIKENED, ({ test, text }, line) => test !== undefined && alike(text, line));
  const rows: Row[] = [];
  let from = 0;
  let waiting: Row[] = [];
  const flush = (to: number): void => {
    rows.push(...waiting);
    if (!waiting.some(({ kind }) => kind === 'any'))
      for (let i = from; i < to; i++) rows.push({ kind: 'new', came: a + i });
    waiting = [];
    from = to + 1;
  };
  olds.forEach(({ test }, i) => {
    const to = changed[i];
    if (to === undefined) {
      waiting.push({ kind: test ? 'gone' : 'any', pattern: p + i });
    } else {
      flush(to);
      rows.push({ kind: 'changed', pattern: p + i, came: a + to });
    }
  });
  flush(news.length);
  return rows;
}

/** For each of `left` the index of its partner in `right`, in the order of both, so that as many as possible have one. */
function partners<L, R>(left: L[], right: R[], most: number, equal: (l: L, r: R) => boolean): (number | undefined)[] {
  const found = new Array<number | undefined>(left.length);
  if (left.length * right.length > most) return found;
  const comparator = (l: L | R, r: L | R) => equal(l as L, r as R);
  let l = 0;
  let r = 0;
  for (const { added, removed, count } of diffArrays<L | R>(left, right, { comparator })) {
    if (!added && !removed) for (let i = 0; i < count; i++) found[l + i] = r + i;
    if (!added) l += count;
    if (!removed) r += count;
  }
  return found;
}

/** Whether half of what two lines consist of is the same (Dice's coefficient); one number is as good as another. */
function alike(one: string, other: string): boolean {
  if (isRule(one) && isRule(other)) return true;
  if (one.length + other.length > MAX_LENGTH) return false;
  const [words, others] = [wordsOf(one), wordsOf(other)];
  const total = words.length + others.length;
  let common = 0;
  for (const word of words) {
    const at = others.indexOf(word);
    if (at < 0) continue;
    others.splice(at, 1);
    common++;
  }
  return 4 * common >= total;
}

const wordsOf = (line: string): string[] => line.replace(/\d+/g, '0').match(/[\p{L}_]+|[^\p{L}_\s]/gu) ?? [];
