import type { IBufferCell, Terminal as Xterm } from '@xterm/headless';
import xterm from '@xterm/headless';
import { type Anchor, Anchors } from './anchors.ts';
import { type Row, styleOf } from './cells.ts';
import { bounded, keptInCell, refuseEndlessWork } from './limits.ts';
import { kindOfProgram, type ProgramKind } from './program.ts';
import type { Pty, TerminalSize } from './pty.ts';
import { cutOffBytes, useWidths } from './widths.ts';

const SCROLLBACK_ROWS = 5000;
/**
 * Bytes that wait to be parsed. The parser takes 4 MB of short lines a second, on a busy machine, and 30 of long ones: so what a
 * person types in a flood is seen within 50 ms.
 */
const HIGH_WATER = 128 * 1024;
const LOW_WATER = 32 * 1024;
/** Characters of a mark: ours hold a command of at most 100,000, encoded. */
const LONGEST_MARK = 400_000;
/** Bytes a second of answers to what programs ask of a terminal. */
const MOST_REPLIES = 4096;
/** Cursor keys, mouse and bracketed paste as at first; no scroll region, style or character set; the cursor is seen. */
const RESET = '\x1b[?1;1000;1002;1003;1006;2004;2026l\x1b[!p\x1b[?25h\x1b[0m';

/** What the programs inside have asked of the keyboard and the mouse. */
export interface ScreenModes {
  bracketedPaste: boolean;
  applicationCursorKeys: boolean;
  mouse: 'none' | 'x10' | 'vt200' | 'drag' | 'any';
  /** How the mouse is reported: SGR, or the bytes of old. */
  mouseEncoding: 'sgr' | 'default';
  alternateScreen: boolean;
}

/** What a pseudo-terminal shows: feeds its bytes to an xterm buffer, no faster than that can take them. */
export class Screen {
  readonly #xterm: Xterm;
  #pty: Pty;
  readonly #changed: () => void;
  #unparsed = 0;
  #paused = false;
  #cursorVisible = true;
  #sgrMouse = false;
  /** The beginning of a character whose other bytes have not come yet. */
  #cutOff: Uint8Array = new Uint8Array();
  #replies = { since: 0, bytes: 0 };
  #dirty = { from: 0, to: Number.POSITIVE_INFINITY };
  readonly #anchors: Anchors;

  /** `changed` is called when there is something new to see. */
  constructor(pty: Pty, size: TerminalSize, changed: () => void) {
    this.#pty = pty;
    this.#changed = changed;
    const { columns, rows } = bounded(size);
    // It would log what it cannot parse to the terminal outside.
    const quiet = { logLevel: 'off', allowProposedApi: true } as const;
    this.#xterm = new xterm.Terminal({ cols: columns, rows, scrollback: SCROLLBACK_ROWS, ...quiet });
    useWidths(this.#xterm);
    this.#xterm.onWriteParsed(changed);
    this.#xterm.onScroll(() => this.#touchAll());
    this.#xterm.buffer.onBufferChange(() => this.#touchAll());
    // What the terminal itself answers, such as a cursor position report.
    this.#xterm.onData((reply) => this.#reply(reply));
    this.#xterm.onBinary((reply) => this.#reply(Buffer.from(reply, 'latin1')));
    refuseEndlessWork(this.#xterm);
    // Titles and links are not shown, so they are not kept either.
    for (const unused of [0, 1, 2, 8]) this.#xterm.parser.registerOscHandler(unused, () => true);
    this.#anchors = new Anchors(this.#xterm);
    this.#watchDirtyRows();
    this.#watchModes();
    this.attach(pty);
  }

  /** Shows another pseudo-terminal, below what stands there. */
  attach(pty: Pty): void {
    this.#pty = pty;
    this.#paused = false;
    this.#cutOff = new Uint8Array();
    pty.onData((bytes) => this.#feed(bytes));
  }

  /** Shows a line of the program's own, and takes back what programs of before have asked of the terminal. */
  say(text: string): void {
    const { type, cursorX } = this.#xterm.buffer.active;
    const back = type === 'alternate' ? '\x1b[?1049l' : '';
    this.#xterm.write(`${back}${RESET}${cursorX > 0 ? '\r\n' : ''}\x1b[7m${text}\x1b[0m\r\n`);
  }

  get columns(): number {
    return this.#xterm.cols;
  }

  get rows(): number {
    return this.#xterm.rows;
  }

  get modes(): ScreenModes {
    const { bracketedPasteMode, applicationCursorKeysMode, mouseTrackingMode } = this.#xterm.modes;
    return {
      bracketedPaste: bracketedPasteMode,
      applicationCursorKeys: applicationCursorKeysMode,
      mouse: mouseTrackingMode,
      mouseEncoding: this.#sgrMouse ? 'sgr' : 'default',
      alternateScreen: this.#xterm.buffer.active.type === 'alternate',
    };
  }

  /** A program is in the middle of drawing a frame: not the moment to paint. */
  get synchronizing(): boolean {
    return this.#xterm.modes.synchronizedOutputMode;
  }

  /** Where the cursor is in the viewport; null when it is hidden or scrolled away. */
  get cursor(): { x: number; y: number } | null {
    const buffer = this.#xterm.buffer.active;
    const y = buffer.baseY + buffer.cursorY - buffer.viewportY;
    if (!this.#cursorVisible || y >= this.rows) return null;
    return { x: Math.min(buffer.cursorX, this.columns - 1), y };
  }

  /** Rows of history below the viewport: 0 when it shows the newest. */
  get scrolledBack(): number {
    const { baseY, viewportY } = this.#xterm.buffer.active;
    return baseY - viewportY;
  }

  /** Negative is back in history. */
  scroll(lines: number): void {
    this.#xterm.scrollLines(lines);
    this.#touchAll();
    this.#changed();
  }

  scrollToBottom(): void {
    if (this.scrolledBack > 0) this.scroll(this.scrolledBack);
  }

  /** A person types: shows the newest rows, and has what comes next parsed at once in place of in the next turn. */
  expectEcho(): void {
    this.#xterm.input('', true);
  }

  resize(size: TerminalSize): void {
    const { columns, rows } = bounded(size);
    if (columns === this.columns && rows === this.rows) return;
    this.#xterm.resize(columns, rows);
    this.#touchAll();
    this.#changed();
  }

  /** The rows of the viewport, trailing blanks taken away. */
  text(): string {
    const buffer = this.#xterm.buffer.active;
    const lines = Array.from(
      { length: this.rows },
      (_, y) =>
        buffer
          .getLine(buffer.viewportY + y)
          ?.translateToString(true)
          .trimEnd() ?? '',
    );
    return lines.join('\n').trimEnd();
  }

  /** The rows of the viewport that have changed since the last call: both ends included, none when `to < from`. */
  takeDirty(): { from: number; to: number } {
    const dirty = this.#dirty;
    this.#dirty = { from: this.rows, to: -1 };
    return { from: dirty.from, to: Math.min(dirty.to, this.rows - 1) };
  }

  /** Copies row `y` of the viewport to a row of cells, from cell `x` on, `width` cells at most. */
  copyRow(y: number, target: Row, x: number, width: number): void {
    const buffer = this.#xterm.buffer.active;
    const line = buffer.getLine(buffer.viewportY + y);
    let cell: IBufferCell | undefined;
    for (let column = 0; column < width; column++) {
      cell = column < this.columns ? line?.getCell(column, cell) : undefined;
      const cells = cell?.getWidth() ?? 1;
      // A wide character that the edge of the pane would cut is left out.
      const cut = cells === 2 && column === width - 1;
      target.text[x + column] = cells === 0 ? '' : (!cut && cell && keptInCell(cell.getChars())) || ' ';
      target.style[x + column] = cell ? styleOf(cell) : 0;
    }
  }

  /** What kind of program has the screen, where that can be seen. */
  get program(): ProgramKind | undefined {
    return kindOfProgram(this.#xterm, this.#cursorVisible);
  }

  /** Calls back when all that came so far is on the screen. */
  afterParsing(done: () => void): void {
    this.#xterm.write('', done);
  }

  /** A program rings. Returns what takes the listener away again. */
  onBell(listener: () => void): () => void {
    const bell = this.#xterm.onBell(listener);
    return () => bell.dispose();
  }

  onMark(listener: (data: string) => void): void {
    this.#xterm.parser.registerOscHandler(133, (data) => {
      if (data.length <= LONGEST_MARK) listener(data);
      return true;
    });
  }

  /** A line editor gives the keyboard back: readline says so by ending bracketed paste, before it moves the cursor. */
  onLineEditorEnd(listener: () => void): void {
    this.#onPrivateMode('l', 2004, listener);
  }

  /** At the cursor, in the buffer that is shown. */
  anchor(): Anchor {
    return this.#anchors.set();
  }

  /** The cursor stands at the first column of a row below the anchor. */
  isOnNewLine(anchor: Anchor): boolean {
    return this.#anchors.isBelow(anchor);
  }

  /** Nothing was written since the anchor was set, as far as can be seen. */
  isUntouched(anchor: Anchor): boolean {
    return this.#anchors.isAt(anchor);
  }

  /** Text from the anchor (`below`: from the row after it) to the cursor; `complete` says whether its beginning is still there. */
  textSince(anchor: Anchor, below = false): { text: string; complete: boolean } {
    return this.#anchors.textSince(anchor, below);
  }

  /** A program may ask without ever reading the answers. */
  #reply(reply: string | Uint8Array): void {
    const now = performance.now();
    if (now - this.#replies.since > 1000) this.#replies = { since: now, bytes: 0 };
    this.#replies.bytes += reply.length;
    if (reply.length > 0 && this.#replies.bytes <= MOST_REPLIES) this.#pty.write(reply);
  }

  #feed(piece: Uint8Array): void {
    // xterm loses characters such as “ and – that are cut after a byte 80.
    const all = this.#cutOff.length > 0 ? Buffer.concat([this.#cutOff, piece]) : piece;
    const bytes = all.subarray(0, all.length - cutOffBytes(all));
    this.#cutOff = all.subarray(bytes.length);
    this.#unparsed += bytes.length;
    this.#xterm.write(bytes, () => {
      this.#unparsed -= bytes.length;
      if (this.#paused && this.#unparsed < LOW_WATER) {
        this.#paused = false;
        this.#pty.resume();
      }
    });
    if (!this.#paused && this.#unparsed > HIGH_WATER) {
      this.#paused = true;
      this.#pty.pause();
    }
  }

  #touchAll(): void {
    this.#touch(0, Number.POSITIVE_INFINITY);
  }

  #touch(from: number, to: number): void {
    if (from < this.#dirty.from) this.#dirty.from = from;
    if (to > this.#dirty.to) this.#dirty.to = to;
  }

  /** The headless build keeps to itself which rows a write has touched; without it, all of them count as touched. */
  #watchDirtyRows(): void {
    type Rows = { start: number; end: number } | undefined;
    type Core = { _inputHandler?: { onRequestRefreshRows?: (listener: (rows: Rows) => void) => void } };
    const core = (this.#xterm as unknown as { _core?: Core })._core;
    const subscribe = core?._inputHandler?.onRequestRefreshRows;
    if (!subscribe) {
      this.#xterm.onWriteParsed(() => this.#touchAll());
      return;
    }
    subscribe((rows) => {
      const behind = this.scrolledBack;
      if (rows) this.#touch(rows.start + behind, rows.end + behind);
      else this.#touchAll();
    });
  }

  #watchModes(): void {
    this.#onPrivateMode('h', 25, () => (this.#cursorVisible = true));
    this.#onPrivateMode('l', 25, () => (this.#cursorVisible = false));
    this.#onPrivateMode('h', 1006, () => (this.#sgrMouse = true));
    this.#onPrivateMode('l', 1006, () => (this.#sgrMouse = false));
    this.#xterm.parser.registerEscHandler({ final: 'c' }, () => {
      this.#cursorVisible = true;
      this.#sgrMouse = false;
      return false;
    });
  }

  #onPrivateMode(final: 'h' | 'l', mode: number, listener: () => void): void {
    this.#xterm.parser.registerCsiHandler({ prefix: '?', final }, (parameters) => {
      if (parameters.includes(mode)) listener();
      return false;
    });
  }
}
