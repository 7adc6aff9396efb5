import { printable } from './printable.ts';

/** Text of somebody else's as a part of a sentence of ours: on one line, harmless in a terminal, of at most `most` characters. */
export function excerpt(text: string, most = 200): string {
  const line = printable(
    text
      .slice(0, most * 10)
      .replace(/\s+/g, ' ')
      .trim(),
  );
  return line.length > most ? `${line.slice(0, most - 1).trimEnd()}…` : line;
}
