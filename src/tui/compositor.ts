import { EventEmitter } from 'node:events';
import { blankRow, parseRow, type Row, styleSequence } from '../terminal/cells.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { sizeOf } from './layout.ts';

/** In cells; the top left corner of the screen is 0, 0. */
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where a terminal is shown. */
export interface Pane extends Area {
  terminal: Terminal;
  /** What of it lies under a dialog: there, Ink's cells are shown. */
  covered?: Area | undefined;
}

export const contains = ({ x, y, width, height }: Area, at: { x: number; y: number }): boolean =>
  at.x >= x && at.x < x + width && at.y >= y && at.y < y + height;

export interface CompositorOptions {
  /** Milliseconds between two frames at least; the first after a pause is painted at once. */
  minFrameMs?: number;
  /** False leaves colours out; by default NO_COLOR decides. */
  color?: boolean;
}

/** How long a program inside may keep its half-drawn frame from being shown (mode 2026). */
const MAX_SYNCHRONIZED_MS = 100;
/** A program may ring without end. */
const BELL_PAUSE_MS = 200;
/** From this many characters on a change is wrapped, so that no half of it is seen. */
const SMALL_CHANGE = 64;

/**
 * Owns the real screen. Ink draws the chrome into `stdout` here, each write a whole frame (`debug: true`); the terminals'
 * cells are laid over it; what differs from what the screen shows is written, once a frame.
 */
export class Compositor {
  /** Ink's: `render(app, { stdout: compositor.stdout, stdin: input.stdin, debug: true, patchConsole: false, exitOnCtrlC: false })`. */
  readonly stdout: NodeJS.WriteStream;
  readonly #out: NodeJS.WriteStream;
  readonly #minFrameMs: number;
  readonly #color: boolean;
  readonly #resized = new EventEmitter();
  #panes: Pane[] = [];
  #focused: Terminal | null = null;
  #unsubscribe: (() => void)[] = [];
  #active = false;

  #columns = 0;
  #rows = 0;
  /** Ink's frame, line by line, and the same in cells. */
  #lines: string[] = [];
  #chrome: Row[] = [];
  /** What the real screen shows. */
  #shown: Row[] = [];
  #stale: boolean[] = [];
  #clear = true;
  #cursor = '';

  #rang = Number.NEGATIVE_INFINITY;
  #lastPaint = 0;
  #timer: NodeJS.Timeout | undefined;
  #blocked = false;

  constructor(out: NodeJS.WriteStream, { minFrameMs = 10, color = !process.env.NO_COLOR }: CompositorOptions = {}) {
    this.#out = out;
    this.#minFrameMs = minFrameMs;
    this.#color = color;
    this.stdout = inkOutput(out, (frame) => this.#setFrame(frame));
    this.#measure();
  }

  /** Takes the screen, and paints what there is. Again after a `stop`. */
  start(): void {
    if (this.#active) return;
    this.#active = true;
    this.#out.on('resize', this.#resize);
    process.on('exit', this.stop);
    this.#out.write('\x1b[?1049h');
    this.#measure();
    this.schedule();
  }

  /** Gives the screen back as it was. */
  readonly stop = (): void => {
    if (!this.#active) return;
    this.#active = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#out.off('resize', this.#resize);
    process.off('exit', this.stop);
    this.#out.write('\x1b[0m\x1b[?2026l\x1b[?25h\x1b[?1049l');
  };

  /** The terminals to be shown; the cursor is that of the focused one. */
  setPanes(panes: Pane[], focused: Terminal | null): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#panes = panes;
    this.#focused = focused;
    this.#unsubscribe = panes.flatMap(({ terminal }) => [
      terminal.on('change', () => this.schedule()),
      terminal.screen.onBell(() => this.#ring()),
    ]);
    this.#stale.fill(true);
    this.schedule();
  }

  #ring(): void {
    const now = performance.now();
    if (!this.#active || this.#blocked || now - this.#rang < BELL_PAUSE_MS) return;
    this.#rang = now;
    this.#out.write('\x07');
  }

  /** Called after the compositor knows a new size, and Ink too. Returns what takes the listener away again. */
  onResize(listener: () => void): () => void {
    this.#resized.on('resize', listener);
    return () => this.#resized.off('resize', listener);
  }

  /** Something looks different: paints at once, or when the next frame is due. */
  schedule(): void {
    if (!this.#active || this.#blocked || this.#timer) return;
    const drawing = this.#panes.some(({ terminal }) => terminal.screen.synchronizing);
    const wait = (drawing ? MAX_SYNCHRONIZED_MS : this.#minFrameMs) - (performance.now() - this.#lastPaint);
    if (wait <= 0) {
      this.#paint();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#paint();
    }, wait);
  }

  #measure(): void {
    const { columns, rows } = sizeOf(this.#out);
    this.#columns = columns;
    this.#rows = rows;
    this.#lines = [];
    this.#chrome = [];
    this.#clear = true;
    this.#stale = new Array<boolean>(this.#rows).fill(true);
  }

  readonly #resize = (): void => {
    this.#measure();
    this.stdout.emit('resize');
    this.#resized.emit('resize');
    this.schedule();
  };

  #setFrame(frame: string): void {
    const lines = frame.split('\n');
    for (let y = 0; y < this.#rows; y++) {
      const line = lines[y] ?? '';
      if (this.#lines[y] === line) continue;
      this.#lines[y] = line;
      this.#chrome[y] = parseRow(line, this.#columns);
      this.#stale[y] = true;
    }
    this.schedule();
  }

  #paint(): void {
    this.#lastPaint = performance.now();
    const pen = new Pen(this.#color);
    if (this.#clear) {
      this.#clear = false;
      pen.clear();
      this.#shown = Array.from({ length: this.#rows }, () => blankRow(this.#columns));
      this.#stale.fill(true);
    }
    this.#takeDirtyRows();
    for (let y = 0; y < this.#rows; y++) {
      if (!this.#stale[y]) continue;
      this.#stale[y] = false;
      const row = this.#compose(y);
      drawChanges(pen, y, this.#shown[y]!, row);
      this.#shown[y] = row;
    }
    this.#flush(pen);
  }

  #takeDirtyRows(): void {
    for (const { terminal, y, height } of this.#panes) {
      const { from, to } = terminal.screen.takeDirty();
      for (let row = from; row <= Math.min(to, height - 1); row++) this.#stale[y + row] = true;
    }
  }

  #compose(y: number): Row {
    const chrome = this.#chrome[y] ?? blankRow(this.#columns);
    const row = { text: [...chrome.text], style: [...chrome.style] };
    for (const pane of this.#panes) {
      if (y < pane.y || y >= pane.y + pane.height) continue;
      const width = Math.min(pane.width, this.#columns - pane.x);
      pane.terminal.screen.copyRow(y - pane.y, row, pane.x, width);
      if (pane.covered) uncover(row, chrome, y, pane.covered);
    }
    return row;
  }

  #cursorPlace(): { x: number; y: number } | null {
    const pane = this.#panes.find(({ terminal }) => terminal === this.#focused);
    const cursor = pane?.terminal.screen.cursor;
    if (!pane || !cursor || cursor.x >= pane.width || cursor.y >= pane.height) return null;
    const place = { x: pane.x + cursor.x, y: pane.y + cursor.y };
    return pane.covered && contains(pane.covered, place) ? null : place;
  }

  #flush(pen: Pen): void {
    const place = this.#cursorPlace();
    const cursor = place ? `\x1b[${place.y + 1};${place.x + 1}H\x1b[?25h` : '\x1b[?25l';
    const change = pen.finish();
    if (!change && cursor === this.#cursor) return;
    this.#cursor = cursor;
    const small = change.length < SMALL_CHANGE;
    const frame = small ? change + cursor : `\x1b[?2026h\x1b[?25l${change}${cursor}\x1b[?2026l`;
    if (this.#out.write(frame)) return;
    // A slow line: what happens until it has taken this frame goes into the next one.
    this.#blocked = true;
    this.#out.once('drain', () => {
      this.#blocked = false;
      this.schedule();
    });
  }
}

/** Collects what to write, and knows where it leaves the real cursor and which style is on. */
class Pen {
  #written = '';
  #x = -1;
  #y = -1;
  #style = 0;
  readonly #color: boolean;

  constructor(color: boolean) {
    this.#color = color;
  }

  clear(): void {
    this.#written += '\x1b[0m\x1b[2J';
  }

  /** `sure`: every terminal agrees that the text is `width` cells wide. */
  put(x: number, y: number, text: string, style: number, width: number, sure: boolean): void {
    if (x !== this.#x || y !== this.#y) this.#written += `\x1b[${y + 1};${x + 1}H`;
    this.#use(style);
    this.#written += text;
    this.#x = sure ? x + width : -1;
    this.#y = y;
  }

  /** Blanks the rest of the row. */
  eraseFrom(x: number, y: number): void {
    if (x !== this.#x || y !== this.#y) this.#written += `\x1b[${y + 1};${x + 1}H`;
    this.#use(0);
    this.#written += '\x1b[K';
    this.#x = x;
    this.#y = y;
  }

  finish(): string {
    this.#use(0);
    return this.#written;
  }

  #use(style: number): void {
    if (style === this.#style) return;
    this.#written += styleSequence(style, this.#color);
    this.#style = style;
  }
}

function drawChanges(pen: Pen, y: number, shown: Row, row: Row): void {
  const columns = row.text.length;
  const changed = (x: number) => shown.text[x] !== row.text[x] || shown.style[x] !== row.style[x];
  let last = columns - 1;
  while (last >= 0 && !changed(last)) last--;
  if (last < 0) return;
  // Where terminals disagree on widths, all that follows may have shifted: such a row is drawn whole.
  const unsure = row.text.some(isUnsure) || shown.text.some(isUnsure);
  if (unsure) pen.eraseFrom(0, y);
  const blankFrom = endOfContent(row);
  for (let x = 0; x < columns; x++) {
    const text = row.text[x]!;
    if (text === '') continue;
    if (x >= blankFrom) {
      if (!unsure && x <= last) pen.eraseFrom(x, y);
      return;
    }
    const width = row.text[x + 1] === '' ? 2 : 1;
    if (unsure ? text !== ' ' || row.style[x] !== 0 : changed(x)) {
      pen.put(x, y, text, row.style[x]!, width, !isUnsure(text));
    }
  }
}

/** Puts the chrome back where it lies over a terminal. Of a wide character that its edge cuts, a blank is left. */
function uncover(row: Row, chrome: Row, y: number, { x, y: top, width, height }: Area): void {
  if (y < top || y >= top + height) return;
  const end = Math.min(x + width, row.text.length);
  if (x > 0 && row.text[x] === '') row.text[x - 1] = ' ';
  if (row.text[end] === '') row.text[end] = ' ';
  for (let i = x; i < end; i++) {
    row.text[i] = chrome.text[i]!;
    row.style[i] = chrome.style[i]!;
  }
}

/** The first cell of the blanks that end a row. */
function endOfContent(row: Row): number {
  let end = row.text.length;
  while (end > 0 && row.text[end - 1] === ' ' && row.style[end - 1] === 0) end--;
  return end;
}

/** Terminals disagree on how wide this is: joined clusters, and all beyond Latin to Georgian but box drawing. */
function isUnsure(text: string): boolean {
  if (text.length > 1) return true;
  const code = text.charCodeAt(0);
  return code >= 0x1100 && !(code >= 0x2500 && code < 0x25a0);
}

/** A stream that Ink takes for its terminal. */
function inkOutput(out: NodeJS.WriteStream, onFrame: (frame: string) => void): NodeJS.WriteStream {
  const stream = {
    isTTY: true,
    get columns() {
      return sizeOf(out).columns;
    },
    get rows() {
      return sizeOf(out).rows;
    },
    write(text: string, ...rest: unknown[]) {
      // Ink also switches modes, and ends with a line feed: no frames.
      if (text !== '\n' && !/^(\x1b\[[\d;?<>=]*[A-Za-z])*$/.test(text)) onFrame(text);
      const done = rest.at(-1);
      if (typeof done === 'function') queueMicrotask(() => done());
      return true;
    },
  };
  const properties = Object.getOwnPropertyDescriptors(stream);
  return Object.defineProperties(new EventEmitter(), properties) as unknown as NodeJS.WriteStream;
}
