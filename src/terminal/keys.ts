import type { ScreenModes } from './screen.ts';

export const PASTE_BEGIN = '\x1b[200~';
export const PASTE_END = '\x1b[201~';

/** Text as a terminal hands over a paste: nothing in it is a key. */
export const pasted = (text: string): string => PASTE_BEGIN + text + PASTE_END;

/** Cursor keys, Home and End, as the program inside has asked for them; all else as it is. Text of one byte a character. */
export function encodeKeys(
  text: string,
  { applicationCursorKeys }: Pick<ScreenModes, 'applicationCursorKeys'>,
): string {
  return applicationCursorKeys
    ? text.replace(/\x1b\[([ABCDHF])/g, '\x1bO$1')
    : text.replace(/\x1bO([ABCDHF])/g, '\x1b[$1');
}

/** What a terminal reports with mode 1006. Columns and rows are counted from 0. */
export interface MouseEvent {
  kind: 'press' | 'release' | 'drag' | 'move' | 'wheel';
  /** 0 left, 1 middle, 2 right; 3 none. */
  button: number;
  /** -1 is up, away from the person; 1 is down; 0 for anything but the wheel. */
  wheel: -1 | 0 | 1;
  x: number;
  y: number;
  /** The code with its bits for shift, meta and control, as it came. */
  code: number;
}

/** `CSI < code ; column ; row M|m`. */
export const MOUSE_REPORT = /\x1b\[<(\d+);(\d+);(\d+)([Mm])/;

export function parseMouse(match: RegExpExecArray): MouseEvent {
  const code = Number(match[1]);
  const place = { x: Number(match[2]) - 1, y: Number(match[3]) - 1, code };
  const button = code & 3;
  if (code & 64) return { kind: 'wheel', button: 3, wheel: button === 0 ? -1 : button === 1 ? 1 : 0, ...place };
  if (code & 32) return { kind: button === 3 ? 'move' : 'drag', button, wheel: 0, ...place };
  return { kind: match[4] === 'M' ? 'press' : 'release', button, wheel: 0, ...place };
}

/** The report for the program inside, at a place in its own screen; empty when it has not asked for this. */
export function encodeMouse(
  { kind, code }: MouseEvent,
  { x, y }: { x: number; y: number },
  { mouse, mouseEncoding }: Pick<ScreenModes, 'mouse' | 'mouseEncoding'>,
): string {
  const wanted = {
    none: [],
    x10: ['press'],
    vt200: ['press', 'release', 'wheel'],
    drag: ['press', 'release', 'wheel', 'drag'],
    any: ['press', 'release', 'wheel', 'drag', 'move'],
  }[mouse] as string[];
  if (!wanted.includes(kind)) return '';
  if (mouseEncoding === 'sgr') return `\x1b[<${code};${x + 1};${y + 1}${kind === 'release' ? 'm' : 'M'}`;
  // The old bytes end at column 223, and do not say which button was released.
  if (x > 222 || y > 222) return '';
  const old = kind === 'release' ? (code & ~3) | 3 : code;
  return `\x1b[M${String.fromCharCode(32 + old, 33 + x, 33 + y)}`;
}
