import { questionsOf } from '../model/scenario.ts';
import { currentStep } from '../session/state.ts';
import type { Lines } from './blocks.ts';
import { responseLines } from './blocks.ts';
import type { Dialog } from './dialog-keys.ts';
import type { Field } from './field.ts';
import { BINDINGS, type Binding, type Command, keyFor, LEADER, shownKey } from './keymap.ts';
import { centred, type Layout, type Rect } from './layout.ts';
import { renderInline, renderMarkdown } from './markdown.ts';
import { menuOf } from './menus.ts';
import { offered } from './offered.ts';
import type { Player } from './player.ts';
import { blank, clickable, fit, justify, type Line, line, printable, span, width, wrap } from './text.ts';
import { glyphs, theme } from './theme.ts';

/** A box that lies over the panes. */
export interface Panel {
  rect: Rect;
  lines: Lines;
}

/** What lies over the panes now, if anything. */
export function panelOf(player: Player): Panel | null {
  const { layout, leader } = player.ui;
  if (layout.kind === 'small') return null;
  const { dialog } = player;
  if (dialog) return dialogPanel(player, dialog, layout);
  return leader ? leaderPanel(player, layout) : (noticePanel(player, layout) ?? diagnosisPanel(player, layout));
}

/** Whether a notice has to have a panel, because the line above the footer is too short for it. */
export const isLong = (text: string, { screen }: Layout): boolean =>
  width(text) > screen.width - 6 || text.includes('\n');

/** Lies over the end of the lesson, and keys are not its. */
function noticePanel({ notice }: Player, layout: Exclude<Layout, { kind: 'small' }>): Panel | null {
  if (!notice || !isLong(notice.text, layout)) return null;
  const { lesson, bottom } = layout;
  const text = printable(notice.text).split('\n');
  const body = text.flatMap((paragraph) => wrap(line(paragraph), lesson.width - 4));
  const title = notice.kind === 'error' ? 'That did not work' : 'Note';
  const panel = box(lesson, title, body, lesson.width, `${LEADER.shown} Esc closes`);
  return { ...panel, rect: { ...panel.rect, y: bottom.y - panel.rect.height } };
}

/** Lies over the half of the terminal where the cursor is not, and keys are not its. */
function diagnosisPanel(
  { diagnosis, terminal }: Player,
  { terminal: rect }: Exclude<Layout, { kind: 'small' }>,
): Panel | null {
  if (!diagnosis) return null;
  const body = wrap(renderInline(diagnosis.reason), rect.width - 4);
  const note = `folds when you type · ${keyFor('check')} shows all checks`;
  const panel = box(rect, `${glyphs.fail} ${diagnosis.name.replaceAll('`', '')}`, body, rect.width, note);
  const below = (terminal?.screen?.cursor?.y ?? 0) < rect.height / 2;
  return { ...panel, rect: { ...panel.rect, y: below ? rect.y + rect.height - panel.rect.height : rect.y } };
}

function dialogPanel(player: Player, dialog: Dialog, { screen }: Layout): Panel {
  const columns = Math.min(dialog.kind === 'help' ? 76 : 64, screen.width - 4);
  const inside = columns - 4;
  switch (dialog.kind) {
    case 'help':
      return box(screen, 'Help', helpLines(inside), columns, 'Esc closes', dialog.top);
    case 'menu': {
      const menu = menuOf(dialog.name, player.session.state);
      const options = menu.options.map(({ label }, index) => {
        const chosen = index === dialog.selected;
        const row = fit(
          [span((chosen ? `${glyphs.selected} ` : '  ') + label, chosen ? theme.selected : theme.plain)],
          inside,
        );
        return clickable<Command>(row, { do: 'choose', index });
      });
      const text = menu.text
        .split('\n')
        .flatMap((paragraph, i) => [...(i > 0 ? [blank] : []), ...wrap(line(paragraph), inside)]);
      return box(
        screen,
        menu.title,
        [...text, blank, ...options],
        columns,
        `↑↓ choose · Enter${menu.escape ? ' · Esc stays' : ''}`,
      );
    }
    case 'question':
      return box(screen, 'Question', questionBody(player, dialog, inside), columns, 'Esc closes');
    case 'closing':
      return box(screen, 'Leaving', wrap(line(dialog.text), inside), columns, '');
  }
}

function questionBody(player: Player, { question: id, field }: Dialog & { kind: 'question' }, columns: number): Lines {
  const { state } = player.session;
  const question = questionsOf(currentStep(state)).find((candidate) => candidate.id === id)!;
  const answer = state.steps[state.step]!.answers[id];
  const { answer: wanted } = question;
  const lines: Lines = [...renderMarkdown(question.ask, columns), blank];
  if (wanted.type === 'choice') {
    wanted.choices.forEach((choice, index) => {
      const given = answer && Number(answer.given) === index;
      const style = given ? (answer.right ? theme.passStrong : theme.fail) : theme.plain;
      const mark = given ? (answer.right ? glyphs.pass : glyphs.fail) : ' ';
      const rows = wrap(renderInline(choice, style), columns, {
        first: [span(`${mark} `, style), span(`${index + 1} `, theme.key)],
        rest: [span('    ')],
      });
      lines.push(...rows.map((row) => clickable<Command>(row, { do: 'answer', question: id, choice: index })));
    });
  } else {
    const shown = answer?.right ? line(printable(answer.given)) : fieldLine(field, columns - 4);
    lines.push([span(`${glyphs.selected} `, theme.key), ...shown]);
  }
  lines.push(...responseLines(question, answer, columns));
  const help = answer?.right
    ? 'Enter goes on.'
    : wanted.type === 'choice'
      ? `Press 1 to ${wanted.choices.length}.`
      : 'Type your answer, then Enter.';
  return [...lines, blank, line(help, theme.faint)];
}

/** A field with its cursor, the end of it where it is longer than there is room. */
function fieldLine({ text, at }: Field, columns: number): Line<never> {
  const all = [...text, ' '];
  const from = Math.max(0, at + 1 - columns);
  const part = (start: number, end: number) => printable(all.slice(start, end).join(''));
  return [span(part(from, at)), span(part(at, at + 1), { inverse: true }), span(part(at + 1, from + columns))];
}

/** The bindings that a person is told of: the nine digits are one. */
function toldBindings(bindings: readonly Binding[] = BINDINGS): Binding[] {
  const digits = BINDINGS.filter(({ command }) => command.do === 'tab' && command.index !== 'next');
  return bindings.flatMap((binding) => {
    if (binding === digits[0]) return [{ ...binding, shown: '1–9', label: 'Terminal by its number' }];
    return digits.includes(binding) ? [] : [binding];
  });
}

const keyLine = (binding: Binding, columns: number): Line<Command> =>
  clickable(fit([span(shownKey(binding).padEnd(5), theme.key), span(` ${binding.label}`)], columns), binding.command);

/** What can follow the leader, in columns over the footer. */
function leaderPanel({ session }: Player, { screen }: Layout): Panel {
  const bindings = toldBindings(offered(session.state));
  const columns = screen.width - 4;
  const across = Math.max(1, Math.floor(columns / 36));
  const down = Math.ceil(bindings.length / across);
  const each = Math.floor(columns / across);
  const rows = Array.from({ length: down }, (_, y) =>
    Array.from({ length: across }, (_, x) => bindings[x * down + y])
      .filter((binding) => binding !== undefined)
      .flatMap((binding) => keyLine(binding, each)),
  );
  const panel = box(screen, `${LEADER.shown} and then`, rows, screen.width, 'Esc closes');
  return { ...panel, rect: { ...panel.rect, y: screen.height - 1 - panel.rect.height } };
}

function helpLines(columns: number): Lines {
  const text = (markdown: string) => renderMarkdown(markdown, columns);
  return [
    ...text(
      `What you type goes to the terminal, also while the lesson is in front: the terminal then comes in front, and has it all. **${LEADER.shown}** and one more key does everything else: **${keyFor('switch')}** gives the arrow keys to the lesson, and Esc or typing gives them back. **${LEADER.shown}** twice sends it to the terminal.`,
    ),
    blank,
    ...toldBindings().map((binding) => keyLine(binding, columns)),
    blank,
    ...text(
      'The mouse works too: click a command to run it, a tab, a check, a hint, a choice or a key in the last line. The wheel scrolls what is under it. To select text, hold Shift.',
    ),
    blank,
    [
      span(`${glyphs.pass} `, theme.passStrong),
      span('true now   '),
      span(`${glyphs.open} `, theme.strong),
      span('not yet   '),
      span(`${glyphs.fail} `, theme.failStrong),
      span('not true, with the reason   '),
      span(`${glyphs.broken} `, theme.broken),
      span('could not be checked'),
    ],
  ].flatMap((row) => wrap(row, columns));
}

/** Draws the box around lines, in the middle of the screen; what does not fit is scrolled by `top` rows. */
export function box(screen: Rect, title: string, body: Lines, columns: number, note: string, top = 0): Panel {
  const height = Math.min(body.length, screen.height - 4);
  const from = Math.max(0, Math.min(top, body.length - height));
  const border = theme.accent;
  const foot = body.length > height ? '↑↓ scroll' : note;
  const lines: Lines = [
    justify(
      [span('╭─ ', border), span(title, theme.title), span(' ', border)],
      [span('─╮', border)],
      columns,
      span('─', border),
    ),
    ...body.slice(from, from + height).map((row) => [span('│ ', border), ...fit(row, columns - 4), span(' │', border)]),
    foot
      ? justify([span('╰─', border)], [span(` ${foot} `, theme.faint), span('─╯', border)], columns, span('─', border))
      : line(`╰${'─'.repeat(columns - 2)}╯`, border),
  ];
  return { rect: centred(screen, columns, height + 2), lines };
}
