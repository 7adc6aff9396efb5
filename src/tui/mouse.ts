import type { Clicks } from './clicks.ts';
import { panelOf } from './dialogs.ts';
import type { MouseEvent } from './input.ts';
import { contains } from './layout.ts';
import { perform } from './perform.ts';
import type { Player } from './player.ts';

/** Rows that a turn of the wheel moves. */
const WHEEL = 3;

/** Does what a click or the wheel asks for. False: the program in the terminal under it may want it. */
export function onMouse({ kind, x, y, wheel }: MouseEvent, player: Player, clicks: Clicks): boolean {
  const panel = panelOf(player);
  // A dialog is answered before anything else is done.
  if (player.dialog && !(panel && contains(panel.rect, x, y))) return true;
  const pane = paneAt(player, x, y);
  if (pane === 'terminal') {
    if (kind === 'press' && !player.typing) perform(player, { do: 'back' });
    return false;
  }
  if (kind === 'wheel' && pane) player.wheel(pane, wheel * WHEEL);
  const command = kind === 'press' ? clicks.at(x, y) : undefined;
  if (command) perform(player, command);
  return true;
}

/** The pane that a cell belongs to; null: none, or something that lies over it. */
export function paneAt(player: Player, x: number, y: number): 'lesson' | 'terminal' | 'checks' | null {
  const { layout } = player.ui;
  const panel = panelOf(player);
  if (layout.kind === 'small' || (panel && contains(panel.rect, x, y))) return null;
  const lessonInFront = layout.kind === 'split' || player.focus === 'lesson';
  if (lessonInFront && contains(layout.lesson, x, y)) return 'lesson';
  if (contains(layout.checks, x, y)) return 'checks';
  return player.terminal && contains(layout.terminal, x, y) ? 'terminal' : null;
}
