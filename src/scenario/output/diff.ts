import { alignOutput, type Row } from './align.ts';
import { linesOf, matchOutput, readPattern } from './match.ts';

/** Lines around a difference that are shown. */
const CONTEXT = 3;
/** Of the lines in one place that came and should not, this many are shown. */
const MAX_NEW = 100;

interface Line {
  sign: ' ' | '-' | '+' | '\\';
  text: string;
}

/**
 * A unified diff of an output block against what was printed; empty if it matches. `line` is that of the block's opening
 * fence: the diff counts lines as the document does. What a pattern matches is no difference, and is shown as the pattern.
 */
export function diffOutput(pattern: string, printed: string, { file, line }: { file: string; line: number }): string {
  if (matchOutput(pattern, printed).ok) return '';
  const wanted = readPattern(pattern);
  const came = linesOf(printed);
  const lines = signed(
    alignOutput(wanted, came),
    (p) => wanted[p]!.text,
    (a) => came[a]!,
  );
  return [`--- ${file}:${line}`, '+++ what came', ...hunks(lines, line + 1), ''].join('\n');
}

/** In each place what is gone stands before what is new. */
function signed(rows: Row[], wanted: (p: number) => string, came: (a: number) => string): Line[] {
  const lines: Line[] = [];
  let gone: Line[] = [];
  let added: Line[] = [];
  const flush = (): void => {
    lines.push(...gone, ...added.slice(0, MAX_NEW));
    const left = added.length - MAX_NEW;
    if (left > 0) lines.push({ sign: '\\', text: ` ${left} more ${left === 1 ? 'line' : 'lines'} came` });
    gone = [];
    added = [];
  };
  for (const row of rows) {
    if (row.kind === 'same' || row.kind === 'any') {
      flush();
      lines.push({ sign: ' ', text: wanted(row.pattern) });
    }
    if (row.kind === 'gone' || row.kind === 'changed') gone.push({ sign: '-', text: wanted(row.pattern) });
    if (row.kind === 'new' || row.kind === 'changed') added.push({ sign: '+', text: came(row.came) });
  }
  flush();
  return lines;
}

/** `first` is the number of the first line, in the document as it is, and as it would be. */
function hunks(lines: Line[], first: number): string[] {
  const near = (i: number): boolean =>
    lines.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).some(({ sign }) => sign !== ' ');
  const printed: string[] = [];
  let hunk: Line[] = [];
  let [before, after] = [first, first];
  const flush = (): void => {
    if (hunk.length === 0) return;
    const [old, now] = [hunk.filter(inOld).length, hunk.filter(inNew).length];
    printed.push(`@@ -${range(before - old, old)} +${range(after - now, now)} @@`);
    printed.push(...hunk.map(({ sign, text }) => sign + text));
    hunk = [];
  };
  for (const [i, line] of lines.entries()) {
    if (near(i)) hunk.push(line);
    else flush();
    if (inOld(line)) before++;
    if (inNew(line)) after++;
  }
  flush();
  return printed;
}

const inOld = ({ sign }: Line): boolean => sign === ' ' || sign === '-';
const inNew = ({ sign }: Line): boolean => sign === ' ' || sign === '+';

/** Of no lines the line before them is named. */
const range = (from: number, count: number): string =>
  count === 0 ? `${from - 1},0` : count === 1 ? `${from}` : `${from},${count}`;
