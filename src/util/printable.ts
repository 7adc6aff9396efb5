/**
 * What could move a cursor, hide text or turn its direction: control characters, formatting ones, lone surrogates. A tab is
 * one too; who shows text of several lines keeps the line ends.
 */
const HARMFUL = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A name or a message from outside, on one line and in characters that do no harm in a terminal: `\u{1b}` for what would. */
export const printable = (text: string): string =>
  text.replace(HARMFUL, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
