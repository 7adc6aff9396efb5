import { linear } from './linear.ts';

/**
 * Patterns for what a command prints. In a line `<lsn>`, `<time>`, `<int>`, `<size>`, `<oid>` and `<any>` stand for what
 * differs from run to run; a line of only `...` stands for any lines, also none.
 */
export type OutputMatch =
  | { ok: true }
  /** The first line of the pattern (from 0) that nothing matched, and the line that came in its place. */
  | { ok: false; line: number; expected: string; actual: string };

export interface PatternLine {
  text: string;
  /** Whether a line that came is this one; undefined for `...`. */
  test: ((came: string) => boolean) | undefined;
}

const DATE = String.raw`\d{4}-\d\d-\d\d`;
const CLOCK = String.raw`\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: [AP]M)?`;
const ZONE = String.raw`(?: ?(?:Z|[A-Z]{2,5}|[+-]\d\d(?::?\d\d)?))?`;
const WEEKDAY = '(?:[A-Z][a-z]{2} )?';
const MONTH_DAY = String.raw`${WEEKDAY}[A-Z][a-z]{2} [ \d]\d`;

/** What each placeholder matches. */
export const PLACEHOLDERS = {
  lsn: '[0-9A-F]{1,8}/[0-9A-F]{1,8}',
  // As PostgreSQL, ls -l, date and pg_controldata write it.
  time: [
    `${DATE}(?:[ T]${CLOCK}${ZONE})?`,
    String.raw`${MONTH_DAY} +(?:${CLOCK}${ZONE}(?: \d{4})?|\d{4})`,
    String.raw`${WEEKDAY}[ \d]?\d [A-Z][a-z]{2} \d{4} ${CLOCK}${ZONE}`,
    `${CLOCK}${ZONE}`,
  ].join('|'),
  int: String.raw`-?\d+`,
  size: String.raw`\d+(?:\.\d+)? ?(?:bytes|[kKMGTP]i?B?|B)?`,
  oid: String.raw`\d{1,10}`,
  any: '.*',
};
export type Placeholder = keyof typeof PLACEHOLDERS;
const PLACEHOLDER = new RegExp(` *<(${Object.keys(PLACEHOLDERS).join('|')})>( *)`, 'g');

const ANY_LINES = '...';
export const isAnyLines = (line: string): boolean => line.trim() === ANY_LINES;

/** Whether a command printed what its output block says. */
export function matchOutput(pattern: string, actual: string): OutputMatch {
  const wanted = readPattern(pattern);
  const came = linesOf(actual);
  let deepest = -1;
  let failure: OutputMatch = { ok: true };
  const fail = (p: number, a: number): void => {
    if (p <= deepest) return;
    deepest = p;
    failure = {
      ok: false,
      line: p,
      expected: wanted[p]?.text ?? '(nothing more)',
      actual: came[a] ?? '(nothing more)',
    };
  };
  // After each `...` the earliest match of what follows is enough: one step back, never a tree of them.
  let p = 0;
  let a = 0;
  let back: { p: number; a: number } | undefined;
  while (a < came.length || p < wanted.length) {
    if (p < wanted.length && !wanted[p]!.test) {
      back = { p: ++p, a };
      if (p === wanted.length) return { ok: true };
    } else if (a < came.length && wanted[p]?.test?.(came[a]!)) {
      p++;
      a++;
    } else {
      fail(p, a);
      if (!back || back.a >= came.length) return failure;
      ({ p, a } = { p: back.p, a: ++back.a });
    }
  }
  return { ok: true };
}

/** Characters of a line that came that are looked at. */
const LONGEST = 100_000;

/** Trailing blanks do not count, neither in a line nor below the last. A line that is too long is cut, and says so. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => cut(line).trimEnd());
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

const cut = (line: string): string =>
  line.length > LONGEST ? `${line.slice(0, LONGEST)}… (${line.length - LONGEST} more characters)` : line;

export function readPattern(pattern: string): PatternLine[] {
  const lines = linesOf(pattern);
  const flexible = flexibleRows(lines);
  return lines.map((text, i) => {
    if (isAnyLines(text)) return { text, test: undefined };
    if (flexible.has(i)) {
      const test = lineTest(squeeze(text));
      return { text, test: (came) => test(squeeze(came)) };
    }
    return { text, test: lineTest(text) };
  });
}

/** The number of spaces beside a placeholder is free: columns are as wide as their values. */
function lineTest(line: string): (came: string) => boolean {
  if (line.search(PLACEHOLDER) < 0) return (came) => came === line;
  let source = '';
  let end = 0;
  for (const match of line.matchAll(PLACEHOLDER)) {
    const [whole, name, after] = match;
    source += literal(line.slice(end, match.index));
    // Anything is also spaces.
    if (name === 'any') source = `${source.replace(/ \*$/, '').replace(/\.\*$/, '')}.*`;
    else source += `${whole.startsWith(' ') ? ' *' : ''}(?:${PLACEHOLDERS[name as Placeholder]})${after ? ' *' : ''}`;
    end = match.index + whole.length;
  }
  return linear(source + literal(line.slice(end)));
}

/** A regular expression for a text as it is. */
export const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** psql's line below a header, or above a record of its expanded display. */
export const isRule = (line: string): boolean => /^\+?-[-+]*-\+?$|^-\[ RECORD \d+ \][-+]*$/.test(line);
export const endsTable = (line: string): boolean => /^$|^\((?:\d+|<int>) rows?\)$/.test(line);

/**
 * The lines of psql's tables in which something stands for what differs: there all lines are as wide as the widest value,
 * whatever it may be.
 */
function flexibleRows(lines: string[]): Set<number> {
  const rows = new Set<number>();
  let end = lines.length;
  /** The first line from here on in which something stands for what differs. */
  let free = Number.POSITIVE_INFINITY;
  for (let i = lines.length - 1; i >= 0; i--) {
    const line = lines[i]!;
    if (isAnyLines(line) || line.search(PLACEHOLDER) >= 0) free = i;
    const above = lines[i - 1] ?? '';
    const first = isAnyLines(above) || above.search(PLACEHOLDER) >= 0 ? i - 1 : free;
    if (isRule(line) && first < end)
      for (let row = Math.max(0, i - 1); row < end && !rows.has(row); row++) rows.add(row);
    if (endsTable(line)) end = i;
  }
  return rows;
}

/** A line of a table without what makes its columns wide: the `+` marks a value that goes on in the next line. */
const squeeze = (line: string): string =>
  isRule(line) ? line.replace(/-+/g, '-') : line.replace(/(?:(?<! ) +|)(\+?\||\+$) */g, '$1').trimStart();
