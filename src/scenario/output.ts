/**
 * Patterns for what a command prints. In a line `<lsn>`, `<time>`, `<int>`, `<size>`, `<oid>` and `<any>` stand for what
 * differs from run to run; a line of only `...` stands for any lines, also none.
 */
export type OutputMatch =
  | { ok: true }
  /** The first line of the pattern (from 0) that nothing matched, and the line that came in its place. */
  | { ok: false; line: number; expected: string; actual: string };

const DATE = String.raw`\d{4}-\d\d-\d\d`;
const CLOCK = String.raw`\d\d:\d\d(?::\d\d(?:\.\d+)?)?`;
const ZONE = String.raw`(?: ?(?:Z|[A-Z]{2,5}|[+-]\d\d(?::?\d\d)?))?`;
const MONTH_DAY = String.raw`(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d`;

/** What each placeholder matches. */
const PLACEHOLDERS: Record<string, string> = {
  lsn: '[0-9A-F]{1,8}/[0-9A-F]{1,8}',
  // As PostgreSQL, ls -l and date write it.
  time: [
    `${DATE}(?:[ T]${CLOCK}${ZONE})?`,
    String.raw`${MONTH_DAY} +(?:${CLOCK}${ZONE}(?: \d{4})?|\d{4})`,
    `${CLOCK}${ZONE}`,
  ].join('|'),
  int: String.raw`-?\d+`,
  size: String.raw`\d+(?:\.\d+)? ?(?:bytes|[kKMGTP]i?B?|B)?`,
  oid: String.raw`\d{1,10}`,
  any: '.*',
};
const PLACEHOLDER = new RegExp(` *<(${Object.keys(PLACEHOLDERS).join('|')})>( *)`, 'g');
const ANY_LINES = '...';

/** Whether a command printed what its output block says. */
export function matchOutput(pattern: string, actual: string): OutputMatch {
  const wanted = linesOf(pattern);
  const came = linesOf(actual);
  const tests = wanted.map((line) => (line.trim() === ANY_LINES ? undefined : lineTest(line)));
  let deepest = -1;
  let failure: OutputMatch = { ok: true };
  const fail = (p: number, a: number): void => {
    if (p <= deepest) return;
    deepest = p;
    failure = { ok: false, line: p, expected: wanted[p] ?? '(nothing more)', actual: came[a] ?? '(nothing more)' };
  };
  // After each `...` the earliest match of what follows is enough: one step back, never a tree of them.
  let p = 0;
  let a = 0;
  let back: { p: number; a: number } | undefined;
  while (a < came.length || p < tests.length) {
    if (p < tests.length && !tests[p]) {
      back = { p: ++p, a };
      if (p === tests.length) return { ok: true };
    } else if (a < came.length && tests[p]?.test(came[a]!)) {
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

function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trimEnd());
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

/** The number of spaces beside a placeholder is free: columns are as wide as their values. */
function lineTest(line: string): RegExp {
  let source = '';
  let end = 0;
  for (const match of line.matchAll(PLACEHOLDER)) {
    const [whole, name, after] = match;
    source += literal(line.slice(end, match.index));
    source += `${whole.startsWith(' ') ? ' *' : ''}(?:${PLACEHOLDERS[name!]})${after ? ' *' : ''}`;
    end = match.index + whole.length;
  }
  return new RegExp(`^${source}${literal(line.slice(end))}$`);
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
