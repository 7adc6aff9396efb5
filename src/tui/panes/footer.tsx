import { questionsOf } from '../../model/scenario.ts';
import { currentStep, type SessionState } from '../../session/state.ts';
import type { Dialog } from '../dialog-keys.ts';
import { type Binding, type Command, LEADER, shownKey } from '../keymap.ts';
import { offered } from '../offered.ts';
import type { Player } from '../player.ts';
import { clickable, type Line, lineWidth, span } from '../text.ts';
import { theme } from '../theme.ts';
import type { PaneProps } from './frame.tsx';
import { Rows } from './rows.tsx';

/** What goes first where the footer is too narrow for all; it is in the panel after the leader all the same. */
const EXPENDABLE: Command['do'][] = ['previous', 'check', 'hint', 'answer', 'quit', 'switch', 'next', 'run'];

/** What the keys do now, in one word first; then those that follow the leader, as many as there is room for. */
export function footerLine(player: Player, columns: number): Line<Command> {
  const { dialog } = player;
  if (dialog) return dialogLine(dialog, player.session.state);
  let shown = offered(player.session.state).filter(({ short }) => short);
  const draw = () => [...lead(player), ...shown.flatMap((binding) => hint(binding, player.focus))];
  for (const least of EXPENDABLE) {
    if (lineWidth(draw()) <= columns) break;
    shown = shown.filter(({ command }) => command.do !== least);
  }
  return draw();
}

function lead({ focus, session, terminal }: Player): Line<Command> {
  const { terminal: name } = session.state;
  const where =
    focus === 'terminal'
      ? [span(' TYPING', theme.strong), span(` in ${name}`)]
      : [span(' READING', theme.strong), span(terminal ? `  ↑↓ scroll, typing goes to ${name}` : '  ↑↓ scroll')];
  const leader = [span(' │ ', theme.faint), span(LEADER.shown, theme.key), span(' ')];
  return [...where, ...clickable<Command>(leader, { do: 'menu' })];
}

function hint(binding: Binding, focus: 'terminal' | 'lesson'): Line<Command> {
  const text = binding.command.do === 'switch' && focus === 'lesson' ? 'terminal' : binding.short!;
  return clickable([span(' '), span(shownKey(binding), theme.key), span(` ${text}`)], binding.command);
}

function dialogLine(dialog: Dialog, state: SessionState): Line<Command> {
  const [what, keys] = {
    menu: () => ['CHOOSING', '↑↓ choose  Enter takes it'],
    help: () => ['HELP', '↑↓ scroll  Esc closes'],
    question: () => [
      'ANSWERING',
      `${dialog.kind === 'question' ? answerKeys(dialog.question, state) : ''}  Esc closes`,
    ],
    closing: () => ['LEAVING', ''],
  }[dialog.kind]();
  return [span(` ${what}`, theme.strong), span(`  ${keys}`)];
}

/** The same keys as the question's own panel names. */
function answerKeys(id: string, state: SessionState): string {
  if (state.steps[state.step]!.answers[id]?.right) return 'Enter goes on';
  const asked = questionsOf(currentStep(state)).find((question) => question.id === id);
  return asked?.answer.type === 'choice' ? `1–${asked.answer.choices.length} answer` : 'Enter answers';
}

export function Footer({ player, layout }: PaneProps) {
  return <Rows rect={layout.footer} lines={[footerLine(player, layout.footer.width)]} />;
}
