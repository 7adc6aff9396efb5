import { PassThrough } from 'node:stream';
import {
  encodeKeys,
  encodeMouse,
  MOUSE_REPORT,
  type MouseEvent,
  PASTE_BEGIN,
  PASTE_END,
  parseMouse,
} from '../terminal/keys.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { contains, type Pane } from './compositor.ts';

export type { MouseEvent } from '../terminal/keys.ts';

/** Ctrl-G: the one key that does not reach the programs inside, unless pressed twice. */
export const LEADER = '\x07';
/** Rows that one notch of the wheel scrolls. */
const WHEEL_ROWS = 3;
/** How long the beginning of a sequence waits for its rest. Escape itself is such a beginning. */
const SPLIT_MS = 20;

const ENABLE = '\x1b[?2004h\x1b[?1002h\x1b[?1006h';
const DISABLE = '\x1b[?1006l\x1b[?1002l\x1b[?2004l';

export interface InputHandlers {
  /** The key that came after the leader: a character, or the sequence of a special key. */
  onLeader(key: string): void;
  /** The leader has been pressed, and its key is awaited; or no longer. */
  onLeaderPending?(pending: boolean): void;
  /**
   * What was typed, or pasted, while no terminal was focused, key by key: all that came in one piece. Returns the terminal
   * that is to have it, and what follows. Without this handler it goes to Ink.
   */
  onTyped?(keys: string[], pasted: boolean): Terminal | null;
  /** Something is typed into the focused terminal. */
  onTypedInTerminal?(): void;
  /** True: it has been dealt with. False: it goes to the terminal at that place. */
  onMouse?(event: MouseEvent): boolean;
}

/** What can begin with the bytes at hand: a mouse report, a mark of a paste, or a cursor key. */
const UNFINISHED = /\x1b(\[(<[\d;]*|2(0[01]?)?)?|O)?$/;
const UNFINISHED_IN_PASTE = /(\r|\x1b(\[(2(01?)?)?)?)$/;
const KEY = /^(\x1b\[[\d;?<]*[ -/]*[@-~]|\x1bO.|\x1b|[\xc0-\xff][\x80-\xbf]*|.)/s;
const KEYS = new RegExp(KEY.source.slice(1), 'gs');
const CHARACTERS = /./gsu;
const decoded = (bytes: string): string => Buffer.from(bytes, 'latin1').toString();
const SPECIAL = new RegExp(`${LEADER}|${PASTE_BEGIN.replace('[', '\\[')}|${MOUSE_REPORT.source}`);

/**
 * Owns the real keyboard. What is typed goes to the focused terminal byte by byte; when none is focused to whoever listens, or
 * to Ink; the leader key, pastes and the mouse are taken out of the stream. Bytes are held as text of one byte a character.
 */
export class Input {
  /** Ink's. */
  readonly stdin: NodeJS.ReadStream;
  readonly #source: NodeJS.ReadStream;
  readonly #out: NodeJS.WriteStream;
  readonly #handlers: InputHandlers;
  /** Keeps what is written apart: Ink takes each piece for one key. */
  readonly #ink = new PassThrough({ objectMode: true });
  #panes: Pane[] = [];
  #focused: Terminal | null = null;
  #held = '';
  #timer: NodeJS.Timeout | undefined;
  #leader = false;
  #pasting = false;
  #active = false;

  constructor(source: NodeJS.ReadStream, out: NodeJS.WriteStream, handlers: InputHandlers) {
    this.#source = source;
    this.#out = out;
    this.#handlers = handlers;
    const same = () => this.#ink;
    const terminal = { isTTY: true, setRawMode: same, ref: same, unref: same };
    this.stdin = Object.assign(this.#ink, terminal) as unknown as NodeJS.ReadStream;
  }

  start(): void {
    if (this.#active) return;
    this.#active = true;
    this.#source.setRawMode?.(true);
    this.#source.on('data', this.#take);
    this.#source.resume();
    process.on('exit', this.stop);
    this.#out.write(ENABLE);
  }

  readonly stop = (): void => {
    if (!this.#active) return;
    this.#active = false;
    clearTimeout(this.#timer);
    process.off('exit', this.stop);
    this.#source.off('data', this.#take);
    this.#source.pause();
    this.#out.write(DISABLE);
    this.#source.setRawMode?.(false);
  };

  /** The terminals on the screen, for the mouse; and the one that gets the keys, if any. */
  setPanes(panes: Pane[], focused: Terminal | null): void {
    this.#panes = panes;
    this.#focused = focused;
  }

  readonly #take = (bytes: Buffer | string): void => {
    clearTimeout(this.#timer);
    const text = this.#held + (typeof bytes === 'string' ? Buffer.from(bytes) : bytes).toString('latin1');
    const unfinished = (this.#pasting ? UNFINISHED_IN_PASTE : UNFINISHED).exec(text)?.index ?? text.length;
    this.#held = text.slice(unfinished);
    this.#route(text.slice(0, unfinished));
    if (this.#held) this.#timer = setTimeout(() => this.#route(this.#held), SPLIT_MS);
  };

  #route(text: string): void {
    if (text === this.#held) this.#held = '';
    let rest = text;
    while (rest) rest = this.#pasting ? this.#paste(rest) : this.#leader ? this.#afterLeader(rest) : this.#keys(rest);
  }

  /** Each of these takes what it understands from the front and returns the rest. */
  #keys(text: string): string {
    const special = SPECIAL.exec(text);
    if (!special) {
      this.#type(text);
      return '';
    }
    this.#type(text.slice(0, special.index));
    const [found] = special;
    if (found === LEADER) this.#setLeader(true);
    else if (found === PASTE_BEGIN) {
      this.#pasting = true;
      this.#focused ??= this.#handlers.onTyped?.([], true) ?? null;
      if (this.#wantsPasteMarks()) this.#send(PASTE_BEGIN);
    } else this.#mouse(parseMouse(special));
    return text.slice(special.index + found.length);
  }

  #afterLeader(text: string): string {
    const [key = ''] = KEY.exec(text) ?? [];
    this.#setLeader(false);
    if (key !== LEADER) this.#handlers.onLeader(decoded(key));
    else if (this.#focused) this.#send(LEADER);
    return text.slice(key.length);
  }

  #paste(text: string): string {
    const end = text.indexOf(PASTE_END);
    const body = end < 0 ? text : text.slice(0, end);
    const marked = this.#wantsPasteMarks();
    if (this.#focused) this.#send(marked ? body : body.replace(/\r?\n/g, '\r'));
    else if (this.#handlers.onTyped) this.#handlers.onTyped(decoded(body).match(CHARACTERS) ?? [], true);
    // Ink's prompts have one line.
    else this.#send(body.replace(/\s+/g, ' '));
    if (end < 0) return '';
    this.#pasting = false;
    if (marked) this.#send(PASTE_END);
    return text.slice(end + PASTE_END.length);
  }

  #wantsPasteMarks(): boolean {
    return this.#focused?.screen.modes.bracketedPaste ?? false;
  }

  #type(text: string): void {
    if (!text) return;
    if (!this.#focused && this.#handlers.onTyped) {
      this.#focused = this.#handlers.onTyped((text.match(KEYS) ?? []).map(decoded), false);
      if (!this.#focused) return;
    }
    if (this.#focused) {
      this.#handlers.onTypedInTerminal?.();
      this.#send(encodeKeys(text, this.#focused.screen.modes));
    } else for (const key of text.match(KEYS) ?? []) this.#send(key);
  }

  #send(text: string): void {
    if (!text) return;
    const bytes = Buffer.from(text, 'latin1');
    if (this.#focused) this.#focused.write(bytes);
    else this.#ink.write(bytes);
  }

  #setLeader(pending: boolean): void {
    this.#leader = pending;
    this.#handlers.onLeaderPending?.(pending);
  }

  #mouse(event: MouseEvent): void {
    if (this.#handlers.onMouse?.(event)) return;
    const pane = this.#panes.find((p) => contains(p, event) && !(p.covered && contains(p.covered, event)));
    if (!pane) return;
    const { terminal } = pane;
    const { modes } = terminal.screen;
    const report = encodeMouse(event, { x: event.x - pane.x, y: event.y - pane.y }, modes);
    if (report) terminal.write(Buffer.from(report, 'latin1'));
    else if (event.kind !== 'wheel' || modes.mouse !== 'none') return;
    // A full-screen program has no history to scroll, but knows the cursor keys: what xterm calls alternate scroll.
    else if (modes.alternateScreen) {
      terminal.write(encodeKeys((event.wheel < 0 ? '\x1b[A' : '\x1b[B').repeat(WHEEL_ROWS), modes));
    } else terminal.screen.scroll(event.wheel * WHEEL_ROWS);
  }
}
