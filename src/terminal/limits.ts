import type { Terminal as Xterm } from '@xterm/headless';
import type { TerminalSize } from './pty.ts';

/** Columns and rows; a larger window shows the rest empty. */
const LARGEST = { columns: 1000, rows: 500 };

export const bounded = ({ columns, rows }: TerminalSize): TerminalSize => ({
  columns: Math.min(Math.max(Math.trunc(columns) || 80, 2), LARGEST.columns),
  rows: Math.min(Math.max(Math.trunc(rows) || 24, 1), LARGEST.rows),
});

/** Sequences that xterm does as many times as they say, one by one: ten million lines take it over a minute. */
const REPEATED = [
  ...[...'@ILMPSTXZb'].map((final) => ({ final })),
  ...[...'@A'].map((final) => ({ final, intermediates: ' ' })),
  ...[...'}~'].map((final) => ({ final, intermediates: "'" })),
];
/** More than any window has of columns or rows. */
const MOST_TIMES = 2000;

/** Passes over such sequences where no window could show what they ask for. */
export function refuseEndlessWork(xterm: Xterm): void {
  for (const sequence of REPEATED)
    xterm.parser.registerCsiHandler(sequence, (parameters) => parameters.flat().some((times) => times > MOST_TIMES));
}

/** What turns the direction of the text after it, also outside the cell that it stands in. */
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The characters of a cell, without those that would change the cells beside it on the terminal outside. */
export const keptInCell = (characters: string): string =>
  characters < '\u061c' && characters.length === 1 ? characters : characters.replace(DIRECTIONS, '');
