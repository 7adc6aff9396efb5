import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const width = (text: string): number => (/^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text));

/** Breaks text between words into lines of at most `columns`; a word that is longer is cut. */
export function wrap(text: string, columns: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const [first, ...words] = paragraph.split(' ').flatMap((word) => chop(word, columns));
    const lines = [first!];
    for (const word of words) {
      const longer = `${lines.at(-1)} ${word}`;
      if (width(longer) <= columns) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  });
}

/** Cuts a row into pieces of at most `columns`, as a terminal does. */
export function chop(row: string, columns: number): string[] {
  if (width(row) <= columns) return [row];
  const pieces: string[] = [];
  let piece = '';
  let taken = 0;
  for (const { segment } of graphemes.segment(row)) {
    const wide = width(segment);
    if (taken + wide > columns && piece !== '') {
      pieces.push(piece);
      piece = '';
      taken = 0;
    }
    piece += segment;
    taken += wide;
  }
  return [...pieces, piece];
}

/** Cut off at `columns`, with an ellipsis in the last of them. */
export const truncate = (text: string, columns: number): string =>
  width(text) <= columns ? text : `${chop(text, columns - 1)[0]}…`;
