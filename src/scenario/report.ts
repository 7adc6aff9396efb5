import type { Diagnostic, Position } from '../model/diagnostic.ts';

/** Takes note of something wrong; reading goes on, so that an author sees every fault at once. */
export type Report = (rule: string, at: Position, message: string) => void;

/** The nearest place that the lines have: what is missing at the end of a document would stand behind it. */
export function placeIn(lines: string[], { line, column }: Position): Position {
  const last = Math.min(line, lines.length);
  const end = lines[last - 1]!.length + 1;
  return { line: last, column: line > last ? end : Math.min(column, end) };
}

/** Sorted by position, and each said once. */
export function inOrder(diagnostics: Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics
    .filter((d) => {
      const key = JSON.stringify([d.file, d.line, d.column, d.rule, d.message]);
      return !seen.has(key) && seen.add(key);
    })
    .sort((a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.rule, b.rule));
}

/** Of a document's faults these many are told: an author mends the first ones first. */
const MOST_TOLD = 200;

/** The first of those that are in order, and how many more there are. */
export function firstOf(diagnostics: Diagnostic[]): Diagnostic[] {
  const next = diagnostics[MOST_TOLD];
  if (!next) return diagnostics;
  const message = `${diagnostics.length - MOST_TOLD} more faults begin here. Mend those before them first.`;
  return [...diagnostics.slice(0, MOST_TOLD), { ...next, rule: 'more-faults', message }];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** `file:line:col rule message`. */
export const formatDiagnostic = (d: Diagnostic): string => `${d.file}:${d.line}:${d.column} ${d.rule} ${d.message}`;
