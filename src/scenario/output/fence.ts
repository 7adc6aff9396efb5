import type { BlockLine } from './rewrite.ts';

/** The fence of an output block in its document. */
export interface OutputFence {
  /** What it shows, line by line, as the document has it. */
  lines: string[];
  /** The whole document with other lines in the fence: those that are kept, byte for byte. */
  withLines(lines: BlockLine[]): string;
}

/** The fence that opens on a line, from 1, of a document; undefined if none does, or it is never closed. */
export function outputFence(source: string, line: number): OutputFence | undefined {
  // Each with the end that it has.
  const document = source.split(/(?<=\r\n|\n|\r(?!\n))/);
  const opening = document[line - 1];
  const [, margin = '', marks = ''] = /^( {0,3})(`{3,}|~{3,})/.exec(opening ?? '') ?? [];
  if (!opening || !marks) return undefined;
  const end = document.findIndex((text, i) => i >= line && closes(withoutEnd(text), marks));
  if (end < 0) return undefined;
  const raw = document.slice(line, end);
  const indent = new RegExp(`^ {0,${margin.length}}`);
  const eol = opening.slice(withoutEnd(opening).length);
  return {
    lines: raw.map((text) => withoutEnd(text).replace(indent, '')),
    withLines: (lines) => {
      const fence = fenceFor(marks, lines);
      const written = lines.map(({ text, kept }) => (kept === undefined ? margin + text + eol : raw[kept]!));
      const [first, last] = [opening, document[end]!].map((text) => text.replace(marks, fence));
      return [...document.slice(0, line - 1), first, ...written, last, ...document.slice(end + 1)].join('');
    },
  };
}

const withoutEnd = (line: string): string => line.replace(/[\r\n]+$/, '');
const closes = (line: string, marks: string): boolean => new RegExp(`^ {0,3}${marks}[~\`]* *$`).test(line);

/** A fence that none of the lines closes. */
function fenceFor(marks: string, lines: BlockLine[]): string {
  const closing = lines.filter(({ text }) => closes(text, marks)).map(({ text }) => text.trim().length);
  return closing.length > 0 ? marks[0]!.repeat(Math.max(...closing) + 1) : marks;
}
