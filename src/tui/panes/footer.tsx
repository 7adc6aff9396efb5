import { openQuestion } from '../../session/state.ts';
import { BINDINGS, type Binding, type Command, LEADER, shownKey } from '../keymap.ts';
import type { Player } from '../player.ts';
import { clickable, type Line, lineWidth, span } from '../text.ts';
import { theme } from '../theme.ts';
import type { PaneProps } from './frame.tsx';
import { Rows } from './rows.tsx';

/** What goes first where the footer is too narrow for all; it is in the panel after the leader all the same. */
const EXPENDABLE: Command['do'][] = ['previous', 'check', 'hint', 'answer', 'switch', 'next', 'run'];

/** The keys in use, from the table of all keys, as many as there is room for. */
export function footerLine(player: Player, columns: number): Line<Command> {
  const { focus } = player;
  const question = openQuestion(player.session.state);
  let shown = BINDINGS.filter(({ short }) => short && (short !== 'answer' || question));
  const lead: Line<Command> =
    focus === 'terminal'
      ? clickable<Command>([span(' '), span(LEADER.shown, theme.key), span(' then ', theme.faint)], { do: 'menu' })
      : [span(' ')];
  const draw = () => [...lead, ...shown.flatMap((binding) => hint(binding, focus))];
  for (const least of EXPENDABLE) {
    if (lineWidth(draw()) <= columns) break;
    shown = shown.filter(({ command }) => command.do !== least);
  }
  return draw();
}

function hint(binding: Binding, focus: 'terminal' | 'lesson'): Line<Command> {
  const text = binding.command.do === 'switch' && focus === 'lesson' ? 'terminal' : binding.short!;
  return clickable([span(' '), span(shownKey(binding), theme.key), span(` ${text} `)], binding.command);
}

export function Footer({ player, layout }: PaneProps) {
  return <Rows rect={layout.footer} lines={[footerLine(player, layout.footer.width)]} />;
}
