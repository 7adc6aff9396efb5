import type { Terminal } from '../terminal/terminal.ts';
import { sequenceName } from './key-name.ts';
import { readingCommand } from './keymap.ts';
import { answerShown, perform, press, pressInOpenDialog } from './perform.ts';
import type { Player } from './player.ts';

/** Milliseconds that a dialog stands, or rests after keys that mean nothing in it, before Enter is an answer to it. */
const UNREAD = 300;

/**
 * What was typed while the keyboard was not the terminal's. Text is never a row of shortcuts: it brings the terminal in front,
 * which is returned and is to have it; a dialog ignores it, but for the field that it has. `keys` came in one piece.
 */
export function typed(player: Player, keys: string[], pasted: boolean): Terminal | null {
  const { ui } = player;
  if (ui.layout.kind === 'small') return null;
  if (player.dialog) {
    typedInDialog(player, keys, pasted);
    return null;
  }
  const names = pasted ? [] : keys.map(sequenceName);
  const [first = ''] = names;
  if (ui.leader === 'click' && names.length === 1) {
    press(player, first);
    return null;
  }
  const moves = names.map(readingCommand);
  if (names.length > 0 && moves.every((command) => command !== undefined)) {
    for (const command of moves) perform(player, command);
    return null;
  }
  if (names.length === 1 && answerShown(player, first)) return null;
  return typedForTerminal(player, pasted ? null : (keys[0] ?? null), names.length === 1);
}

/** `first` is null for a paste. */
function typedForTerminal(player: Player, first: string | null, alone: boolean): Terminal | null {
  // A function key, or an arrow to the side: no text.
  if (first?.startsWith('\x1b')) return null;
  const terminal = player.bringTerminal();
  if (!terminal) {
    player.say('The lab is not ready yet: what you type goes nowhere.');
    return null;
  }
  if (first === null || first >= ' ' || !alone) return terminal;
  // Enter, Ctrl-C, Ctrl-D and the like were not meant for what was not in view.
  const { terminal: name } = player.session.state;
  player.say(first === '\x03' ? `Ctrl-C was not sent. Press it again for ${name}.` : `You are in ${name} now: type.`);
  return null;
}

function typedInDialog(player: Player, keys: string[], pasted: boolean): void {
  const asked = player.dialog;
  const inField = asked?.kind === 'question' && player.asksForText(asked.question);
  for (const [index, key] of keys.entries()) {
    // It may have closed: what comes after that in the same piece was not typed for anything else either.
    if (player.dialog?.kind !== asked?.kind) return;
    const name = pasted ? key : sequenceName(key);
    const text = key >= ' ' && key !== '\x7f' && !key.startsWith('\x1b') ? key : pasted ? ' ' : '';
    if (inField) {
      if (!pasted || text) pressInOpenDialog(player, pasted ? 'text' : name, text);
      continue;
    }
    if (pasted || (keys.length > 1 && text)) continue;
    const waits = player.sinceDialog() < UNREAD || index > 0;
    if (name === 'enter' && waits && asked?.kind === 'menu') continue;
    if (text && asked?.kind === 'menu') player.unread();
    else pressInOpenDialog(player, name, text);
  }
}
