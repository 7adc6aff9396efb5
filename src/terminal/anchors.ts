import type { IBuffer, IMarker, Terminal as Xterm } from '@xterm/headless';
import { textBetween } from './text.ts';

/** A place on the screen that moves with its text, when that scrolls or is wrapped anew. */
export interface Anchor {
  readonly screen: 'normal' | 'alternate';
  readonly marker: Pick<IMarker, 'line' | 'isDisposed' | 'dispose'>;
  readonly column: number;
  /** Counts up, so that the later of two is known. */
  readonly number: number;
  /** Which life of the screen it belongs to: a reset begins another. */
  readonly life: number;
}

/** xterm sets markers in the normal buffer only, though its buffers can do so in both. */
type Core = { buffers?: { alt?: { addMarker?(line: number): IMarker } } };

/** Sets anchors, and reads the text since. Whatever a program does to the screen, an anchor can be set and asked. */
export class Anchors {
  readonly #xterm: Xterm;
  #last = 0;
  #life = 0;
  #top: Anchor | null = null;
  #erased = false;

  constructor(xterm: Xterm) {
    this.#xterm = xterm;
    xterm.onLineFeed(() => this.#settleErasure());
    xterm.parser.registerEscHandler({ final: 'c' }, () => {
      this.#life++;
      this.#erased = true;
      return false;
    });
    xterm.parser.registerCsiHandler({ final: 'J' }, ([what]) => {
      const { type, cursorX, cursorY } = xterm.buffer.active;
      const whole = what === 2 || what === 3 || (!what && cursorX === 0 && cursorY === 0);
      if (whole && type === 'normal') this.#erased = true;
      return false;
    });
  }

  /** At the cursor, in the buffer that is shown. */
  set(): Anchor {
    return this.#anchorAt(0, this.#xterm.buffer.active.cursorX);
  }

  /** The cursor stands at the first column of a row below the anchor. */
  isBelow(anchor: Anchor): boolean {
    const { type, baseY, cursorX, cursorY } = this.#xterm.buffer.active;
    const moved = anchor.screen !== type || !this.#isThere(anchor);
    return cursorX === 0 && (moved || baseY + cursorY > anchor.marker.line);
  }

  /** The cursor stands at the anchor, and nothing after it in its row. */
  isAt(anchor: Anchor): boolean {
    const buffer = this.#xterm.buffer.active;
    const line = buffer.baseY + buffer.cursorY;
    if (anchor.screen !== buffer.type || !this.#isThere(anchor) || anchor.marker.line !== line) return false;
    return buffer.cursorX === anchor.column && !buffer.getLine(line)?.translateToString(true, anchor.column).trim();
  }

  /** Text from the anchor (`below`: from the row after it) to the cursor; `complete` says whether its beginning is still there. */
  textSince(anchor: Anchor, below = false): { text: string; complete: boolean } {
    this.#settleErasure();
    const buffer = this.#bufferOf(anchor.screen);
    const start = this.#surviving(anchor);
    const from = { line: Math.max(0, start?.marker.line ?? 0), column: start?.column ?? 0 };
    if (below) Object.assign(from, { line: from.line + 1, column: 0 });
    const to = { line: buffer.baseY + buffer.cursorY, column: buffer.cursorX };
    return { text: textBetween(buffer, from, to), complete: start !== undefined };
  }

  #bufferOf(screen: Anchor['screen']): IBuffer {
    return this.#xterm.buffer[screen];
  }

  #isThere({ marker, life }: Anchor): boolean {
    return !marker.isDisposed && life === this.#life;
  }

  #surviving(anchor: Anchor): Anchor | undefined {
    if (this.#isThere(anchor)) return anchor;
    const top = this.#top;
    return top && anchor.screen === 'normal' && top.number > anchor.number && this.#isThere(top) ? top : undefined;
  }

  #anchorAt(offset: number, column: number): Anchor {
    const { type: screen, baseY, cursorY } = this.#xterm.buffer.active;
    const line = baseY + cursorY + offset;
    const { buffers } = (this.#xterm as unknown as { _core: Core })._core;
    const marker = screen === 'normal' ? this.#xterm.registerMarker(offset) : buffers?.alt?.addMarker?.(line);
    // Of an alternate screen that cannot be asked, what scrolls is not followed.
    const fixed = { line, isDisposed: false, dispose: () => {} };
    return { screen, marker: marker ?? fixed, column, number: ++this.#last, life: this.#life };
  }

  /**
   * `clear` takes the rows away that an output began on; what follows begins at the top of the screen. The parser tells of an
   * erasure before it is done, so the anchor is set at the next line feed or when somebody asks.
   */
  #settleErasure(): void {
    if (!this.#erased) return;
    this.#erased = false;
    const { type, cursorY } = this.#xterm.buffer.active;
    if (type !== 'normal') return;
    this.#top?.marker.dispose();
    this.#top = this.#anchorAt(-cursorY, 0);
  }
}
