import type { Position } from '../model/diagnostic.ts';
import { printable } from '../util/printable.ts';

/** Control characters, and those that turn the direction of what follows: a terminal obeys them, and nobody sees them. */
const UNSEEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]|\p{Bidi_Control}|\p{Cs}/u;
/** Characters of a line. What reads Markdown and YAML takes time by the square of this. */
const LONGEST_LINE = 10_000;
/** Quotes and lists within each other at the beginning of a line. */
const NESTED = /^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t]))){32}/;
/** Of each kind these many are told: more would only be the same again. */
const MOST_TOLD = 20;

export interface Hostile extends Position {
  rule: string;
  message: string;
}

/** What must not be in a document, whatever it says. `refused`: it cannot be read any further in a reasonable time. */
export function hostileIn(text: string): { found: Hostile[]; refused: boolean } {
  const found: Hostile[] = [];
  let refused = false;
  for (const [index, line] of text.split('\n').entries()) {
    const at = (column: number, rule: string, message: string): void => {
      if (found.length < MOST_TOLD) found.push({ line: index + 1, column, rule, message });
    };
    const unseen = UNSEEN.exec(line);
    if (unseen) at(unseen.index + 1, 'control-character', unseenMessage(unseen[0]));
    if (line.length > LONGEST_LINE) {
      refused = true;
      at(LONGEST_LINE + 1, 'long-line', `This line is longer than ${LONGEST_LINE} characters. Break it.`);
    } else if (NESTED.test(line)) {
      refused = true;
      at(1, 'deep-nesting', 'Quotes and lists stand too deep within each other here. Use fewer.');
    }
  }
  return { found, refused };
}

/** The first such character of a value that YAML has made out of escapes; a value may have several lines. */
export const unseenIn = (value: string): string | undefined => UNSEEN.exec(value)?.[0];

export const unseenMessage = (character: string): string =>
  `The character ${printable(character)} cannot be seen, and can change what a terminal shows. Take it out.`;
