import type { IBufferCell } from '@xterm/headless';
import stringWidth from 'string-width';

/** A row of cells: what stands in each (`''` in the second half of a wide character) and the number of its style. */
export interface Row {
  text: string[];
  style: number[];
}

export const blankRow = (columns: number): Row => ({
  text: new Array<string>(columns).fill(' '),
  style: new Array<number>(columns).fill(0),
});

/** Styles are numbered, so that comparing two cells is comparing two numbers. Style 0 is plain. */
const parametersOf: string[] = [''];
const numbers = new Map<string, number>([['', 0]]);

/** Of two colours of 24 bits each there is no end: when there are as many, further ones are shown without those. */
const MOST_STYLES = 65_536;

function styleNumber(parameters: string): number {
  const number = numbers.get(parameters);
  if (number !== undefined) return number;
  if (parametersOf.length >= MOST_STYLES) {
    const simpler = parameters.replace(/\b[34]8;2;\d+;\d+;\d+;?/g, '').replace(/;$/, '');
    return numbers.get(simpler) ?? 0;
  }
  numbers.set(parameters, parametersOf.length);
  return parametersOf.push(parameters) - 1;
}

/** The escape sequence that switches to a style, whatever was on before. */
export function styleSequence(style: number, color: boolean): string {
  const parameters = color ? parametersOf[style]! : withoutColor(parametersOf[style]!);
  return parameters ? `\x1b[0;${parameters}m` : '\x1b[0m';
}

const withoutColor = (parameters: string): string =>
  parameters
    .replace(/\b[34]8;(2;\d+;\d+;\d+|5;\d+)/g, '')
    .split(';')
    .filter((p) => p !== '' && Number(p) < 30)
    .join(';');

/** The style of a cell of an xterm buffer. */
export function styleOf(cell: IBufferCell): number {
  if (cell.isAttributeDefault()) return 0;
  const parameters: (string | number)[] = [];
  if (cell.isBold()) parameters.push(1);
  if (cell.isDim()) parameters.push(2);
  if (cell.isItalic()) parameters.push(3);
  if (cell.isUnderline()) parameters.push(4);
  if (cell.isBlink()) parameters.push(5);
  if (cell.isInverse()) parameters.push(7);
  if (cell.isInvisible()) parameters.push(8);
  if (cell.isStrikethrough()) parameters.push(9);
  if (!cell.isFgDefault()) parameters.push(colorOf(cell.getFgColor(), cell.isFgRGB(), 30));
  if (!cell.isBgDefault()) parameters.push(colorOf(cell.getBgColor(), cell.isBgRGB(), 40));
  return styleNumber(parameters.join(';'));
}

function colorOf(color: number, rgb: boolean, base: 30 | 40): string {
  if (rgb) return `${base + 8};2;${color >> 16};${(color >> 8) & 255};${color & 255}`;
  if (color < 8) return String(base + color);
  if (color < 16) return String(base + 60 + color - 8);
  return `${base + 8};5;${color}`;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Colours and attributes (captured), or any other sequence, which is dropped. */
const SEQUENCE = /\x1b\[([\d;:]*)m|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[\d;:?<>=]*[ -/]*[@-~]/g;

/** Lays a line of text with colours, as Ink writes it, out in cells. */
export function parseRow(line: string, columns: number): Row {
  const row = blankRow(columns);
  const style = new StyleReader();
  let x = 0;
  const place = (text: string) => {
    for (const { segment } of graphemes.segment(text)) {
      const width = stringWidth(segment);
      if (width === 0) continue;
      if (x + width > columns) return;
      row.text[x] = segment;
      row.style[x++] = style.number;
      if (width === 2) {
        row.text[x] = '';
        row.style[x++] = style.number;
      }
    }
  };
  let end = 0;
  for (const match of line.matchAll(SEQUENCE)) {
    place(line.slice(end, match.index));
    if (match[1] !== undefined) style.read(match[1]);
    end = match.index + match[0].length;
  }
  place(line.slice(end));
  return row;
}

/** Follows the SGR sequences of a line: what is on now, keyed by what takes it away. */
class StyleReader {
  number = 0;
  readonly #on = new Map<number, string>();

  read(sequence: string): void {
    const parameters = sequence.split(/[;:]/).map(Number);
    for (let i = 0; i < parameters.length; i++) {
      const p = parameters[i]!;
      if (p === 0) this.#on.clear();
      else if (p === 38 || p === 48) {
        const length = parameters[i + 1] === 2 ? 5 : 3;
        this.#on.set(p + 1, parameters.slice(i, i + length).join(';'));
        i += length - 1;
      } else if (p === 39 || p === 49 || (p >= 22 && p <= 29)) this.#off(p);
      else if (p < 10) this.#on.set(p, String(p));
      else if ((p >= 30 && p <= 37) || (p >= 90 && p <= 97)) this.#on.set(39, String(p));
      else if ((p >= 40 && p <= 47) || (p >= 100 && p <= 107)) this.#on.set(49, String(p));
    }
    this.number = styleNumber(
      [...this.#on.entries()]
        .sort(([a], [b]) => a - b)
        .map(([, value]) => value)
        .join(';'),
    );
  }

  /** 22 ends bold and dim, 23 to 29 end 3 to 9, 39 and 49 the colours. */
  #off(p: number): void {
    if (p === 22) for (const weight of [1, 2]) this.#on.delete(weight);
    else this.#on.delete(p < 30 ? p - 20 : p);
  }
}
