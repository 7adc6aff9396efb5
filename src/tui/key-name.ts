import type { Key } from 'ink';

const NAMED = [
  ['escape', 'escape'],
  ['return', 'enter'],
  ['tab', 'tab'],
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
] as const satisfies readonly (readonly [keyof Key, string])[];

/** One name for a key as Ink reports it, as the key table has it. */
export function keyName(input: string, key: Key): string {
  const named = NAMED.find(([flag]) => key[flag]);
  if (named) return named[1];
  if (key.ctrl) return `ctrl+${input}`;
  return input === ' ' ? 'space' : input;
}

const SEQUENCES: Record<string, string> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\x1b': 'escape',
  ' ': 'space',
  '\x7f': 'backspace',
  '\x03': 'ctrl+c',
  '\x01': 'ctrl+a',
  '\x05': 'ctrl+e',
  '\x07': 'ctrl+g',
  '\x08': 'backspace',
  '\x15': 'ctrl+u',
  '\x17': 'ctrl+w',
  '\x1b[A': 'up',
  '\x1b[B': 'down',
  '\x1bOA': 'up',
  '\x1bOB': 'down',
  '\x1b[C': 'right',
  '\x1b[D': 'left',
  '\x1bOC': 'right',
  '\x1bOD': 'left',
  '\x1b[3~': 'delete',
  '\x1b[1~': 'home',
  '\x1b[4~': 'end',
  '\x1b[7~': 'home',
  '\x1b[8~': 'end',
  '\x1b[5~': 'pageup',
  '\x1b[6~': 'pagedown',
  '\x1b[H': 'home',
  '\x1b[F': 'end',
  '\x1bOH': 'home',
  '\x1bOF': 'end',
};

/** The same, for a key as the terminal sends it. */
export const sequenceName = (sequence: string): string => SEQUENCES[sequence] ?? sequence;
