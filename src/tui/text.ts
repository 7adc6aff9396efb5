import stringWidth from 'string-width';
import { type Style, sgr, theme } from './theme.ts';

/** A piece of a line in one style. `click` is what a click on it does. */
export interface Span<Click = unknown> {
  text: string;
  style: Style;
  click?: Click | undefined;
}
export type Line<Click = unknown> = readonly Span<Click>[];

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

export const span = (text: string, style: Style = theme.plain): Span<never> => ({ text, style });
export const line = (text: string, style: Style = theme.plain): Line<never> => [span(text, style)];
export const blank: Line<never> = [];

/** Columns that a text takes. */
export const width = (text: string): number => (/^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text));
export const lineWidth = (spans: Line): number => spans.reduce((sum, { text }) => sum + width(text), 0);
export const plainText = (spans: Line): string => spans.map(({ text }) => text).join('');

/** Control characters, and those that turn the direction of what follows, so that it reads as what it is not. */
const HARMFUL = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Text from elsewhere, made fit for a cell grid: nothing that does harm, tabs as spaces. */
export const printable = (text: string): string => text.replaceAll('\t', '    ').replace(HARMFUL, '');

/** Everything in the line does the same when clicked. */
export const clickable = <C>(spans: Line<C>, click: C): Line<C> => spans.map((piece) => ({ ...piece, click }));

/** The longest beginning of `text` that fits into `columns`, and the rest. */
function cut(text: string, columns: number): [string, string] {
  let taken = 0;
  let end = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    taken += width(segment);
    if (taken > columns) break;
    end = index + segment.length;
  }
  return [text.slice(0, end), text.slice(end)];
}

/** Cuts a line off at `columns`, with an ellipsis in the last of them. */
export function truncate<C>(spans: Line<C>, columns: number): Line<C> {
  if (lineWidth(spans) <= columns) return spans;
  if (columns <= 0) return [];
  const kept: Span<C>[] = [];
  let room = columns - 1;
  for (const piece of spans) {
    const [text] = cut(piece.text, room);
    kept.push({ ...piece, text: text === piece.text ? text : `${text}…` });
    if (text !== piece.text) return kept;
    room -= width(text);
  }
  return kept;
}

/** Makes a line exactly `columns` wide. */
export function fit<C>(spans: Line<C>, columns: number): Line<C> {
  const cutOff = truncate(spans, columns);
  const missing = columns - lineWidth(cutOff);
  return missing > 0 ? [...cutOff, span(' '.repeat(missing))] : cutOff;
}

/** `left`, then `right` at the far end; what is left of `left` is cut where both do not fit. */
export function justify<C>(left: Line<C>, right: Line<C>, columns: number, fill: Span = span(' ')): Line<C> {
  const room = columns - lineWidth(right);
  if (room <= 0) return fit(right, columns);
  const start = truncate(left, room);
  const gap = room - lineWidth(start);
  return [...start, { text: fill.text.repeat(gap), style: fill.style }, ...right];
}

interface WrapOptions {
  /** Stands before the first line, and before every further one; both count as part of the width. */
  first?: Line<never>;
  rest?: Line<never>;
}

/** Breaks spans into lines of at most `columns`, at spaces; a word that is too long is broken anywhere. `\n` is kept. */
export function wrap<C>(spans: Line<C>, columns: number, { first = [], rest = first }: WrapOptions = {}): Line<C>[] {
  const lines: Line<C>[] = [];
  let current: Span<C>[] = [];
  let used = 0;
  let fresh = true;
  const prefix = () => (lines.length === 0 ? first : rest);
  const room = () => Math.max(2, columns - lineWidth(prefix()));
  const put = (text: string, like: Span<C>) => {
    const last = current.at(-1);
    if (last && last.style === like.style && last.click === like.click)
      current[current.length - 1] = { ...last, text: last.text + text };
    else current.push({ ...like, text });
    used += width(text);
    fresh = false;
  };
  const flush = () => {
    lines.push([...prefix(), ...trimEnd(current)]);
    current = [];
    used = 0;
    fresh = true;
  };
  for (const word of words(spans)) {
    if (word[0]?.text === '\n') {
      flush();
      continue;
    }
    const space = word[0]!.text.trim() === '';
    if (space && fresh && lines.length > 0) continue;
    if (!space && used > 0 && used + lineWidth(word) > room()) flush();
    for (const piece of word) {
      let left = piece.text;
      while (width(left) > room() - used) {
        const [head, tail] = cut(left, room() - used);
        if (head) put(head, piece);
        if (!head && used === 0) break;
        left = tail;
        flush();
        if (space) left = '';
      }
      if (left) put(left, piece);
    }
  }
  if (current.length > 0 || lines.length === 0) flush();
  return lines;
}

/** Splits at spaces and line ends; a word may consist of pieces in several styles. */
function words<C>(spans: Line<C>): Span<C>[][] {
  const found: Span<C>[][] = [];
  let word: Span<C>[] = [];
  const end = () => {
    if (word.length > 0) found.push(word);
    word = [];
  };
  for (const piece of spans) {
    for (const text of piece.text.match(/\n| +|[^ \n]+/g) ?? []) {
      const separate = text === '\n' || text[0] === ' ';
      if (separate) end();
      word.push({ ...piece, text });
      if (separate) end();
    }
  }
  end();
  return found;
}

function trimEnd<C>(spans: Span<C>[]): Span<C>[] {
  const last = spans.at(-1);
  if (!last || last.style.inverse || last.style.underline) return spans;
  const text = last.text.trimEnd();
  if (text === last.text) return spans;
  return text ? [...spans.slice(0, -1), { ...last, text }] : trimEnd(spans.slice(0, -1));
}

/** A line as a terminal understands it. */
export function paint(spans: Line): string {
  return spans
    .map(({ text, style }) => {
      const on = sgr(style);
      return on ? `${on}${text}\x1b[0m` : text;
    })
    .join('');
}

/** What a click in this column of the line does. */
export function clickAt<C>(spans: Line<C>, column: number): C | undefined {
  let end = 0;
  for (const piece of spans) {
    end += width(piece.text);
    if (column < end) return piece.click;
  }
  return undefined;
}
