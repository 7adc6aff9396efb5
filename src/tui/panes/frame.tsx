import { solutionOf } from '../../model/scenario.ts';
import { allPass } from '../../model/verdict.ts';
import { currentStep } from '../../session/state.ts';
import { stepChecks, tally } from '../checks.ts';
import { isLong } from '../dialogs.ts';
import { type Command, keyFor } from '../keymap.ts';
import type { Layout } from '../layout.ts';
import type { Player } from '../player.ts';
import { clickable, justify, type Line, line, lineWidth, printable, span, truncate } from '../text.ts';
import { glyphs, type Style, theme } from '../theme.ts';
import { Rows } from './rows.tsx';

export interface PaneProps {
  player: Player;
  layout: Exclude<Layout, { kind: 'small' }>;
}

/** `━━━━────`, of which `fraction` is heavy. */
export function bar(fraction: number, columns: number): Line<never> {
  const full = Math.round(Math.max(0, Math.min(1, fraction)) * columns);
  return [span('━'.repeat(full), theme.accent), span('─'.repeat(columns - full), theme.faint)];
}

/** The scenario's title, how far one is in it, and what it runs on. */
export function Header({ player, layout }: PaneProps) {
  const { scenario, steps, step, runtime } = player.session.state;
  const done = steps.filter(({ completed }) => completed).length;
  const where = layout.kind === 'split' ? `${runtime} · PostgreSQL ${scenario.major}` : `PostgreSQL ${scenario.major}`;
  const right = [
    span(`  Step ${step + 1} of ${steps.length} `),
    ...bar(done / steps.length, Math.min(12, steps.length * 2)),
    span(`  ${where} `, theme.faint),
  ];
  return (
    <Rows
      rect={layout.header}
      lines={[justify(line(` ${printable(scenario.title)}`, theme.title), right, layout.header.width)]}
    />
  );
}

/** A name in a rule; what gets the keys is in brackets, so that it is seen without colours too. */
const named = (name: string, hasKeys: boolean, style: Style): Line<never> => [
  span(hasKeys ? `[${name}]` : ` ${name} `, hasKeys ? theme.selected : style),
];

/** The tabs: the one in front has the keys, or is bold. */
function tabs(player: Player): Line<Command> {
  const { scenario, terminal } = player.session.state;
  return scenario.terminals.flatMap(({ name }, index): Line<Command> => {
    const front = name === terminal;
    const label = named(
      `${index + 1} ${name}`,
      front && player.focus === 'terminal',
      front ? theme.strong : theme.plain,
    );
    return clickable<Command>(label, { do: 'tab', index });
  });
}

/** How many of the step's commands have been run, where there are several things to do. */
function commandTally(player: Player): Line<Command> {
  const { state } = player.session;
  const commands = solutionOf(currentStep(state));
  const ran = commands.filter(({ id }) => state.steps[state.step]!.blocks[id] === 'done');
  return commands.length > 0 ? line(` Commands ${ran.length} of ${commands.length} `, theme.faint) : [];
}

/** The rule under the header: what the panes are. It is heavy over the one that gets the keys. */
export function TopRule({ player, layout }: PaneProps) {
  const reading = player.focus === 'lesson';
  const lesson = clickable<Command>(named('Lesson', reading, theme.plain), { do: 'switch' });
  const rule = (heavy: boolean) => (heavy ? span('━', theme.accent) : span('─', theme.faint));
  const [left, right] = [rule(reading), rule(!reading)];
  const line: Line<Command> =
    layout.kind === 'single'
      ? justify([right, ...lesson, right, ...tabs(player)], [...commandTally(player), right], layout.top.width, right)
      : [
          ...justify([left, ...lesson], [...commandTally(player), left], layout.lesson.width, left),
          span('┬', theme.faint),
          ...justify([right, ...tabs(player)], [], layout.checks.width, right),
        ];
  return <Rows rect={layout.top} lines={[line]} />;
}

/** The lines between the panes; the one beside the lesson is its scroll bar. */
export function Divider({ player, layout }: PaneProps) {
  const { document, top, height } = player.lesson;
  const total = document.lines.length;
  const scrolls = total > height;
  const size = Math.max(1, Math.round((height * height) / Math.max(1, total)));
  const start = scrolls ? Math.round((top * (height - size)) / (total - height)) : 0;
  const crossing = layout.kind === 'split' ? layout.checks.y - layout.lesson.y : -1;
  const lines = Array.from({ length: height }, (_, row) => {
    if (scrolls && row >= start && row < start + size)
      return line('┃', player.focus === 'lesson' ? theme.accent : theme.faint);
    if (layout.kind === 'single') return line(scrolls ? '│' : ' ', theme.faint);
    return line(row === crossing ? '├' : '│', theme.faint);
  });
  const x = layout.kind === 'split' ? layout.lesson.width : layout.lesson.width - 1;
  return <Rows rect={{ x, y: layout.lesson.y, width: 1, height }} lines={lines} layer={1} />;
}

/** The rule over the checks. */
export function checksTitle(player: Player, columns: number): Line<Command> {
  const step = stepChecks(player.session.state, player.tried);
  const rule = span('─', theme.faint);
  if (step.checks.length === 0) return line('─'.repeat(columns), theme.faint);
  const all = step.verdicts.every((verdict) => verdict?.status === 'pass');
  const title = [rule, span(' Checks '), span(`${tally(step)} `, all ? theme.pass : theme.faint)];
  return justify(title, [], columns, rule);
}

/** What is going on or has to be said, in the rule above the footer. */
export function BottomRule({ player, layout, spinner }: PaneProps & { spinner: string }) {
  const rule = span('─', theme.faint);
  const message = messageOf(player, spinner);
  const { width } = layout.bottom;
  const start = message.length > 0 ? [rule, span(' '), ...truncate(message, width - 4), span(' ')] : [rule];
  const lines = justify<Command>(start, [rule], width, rule);
  const joint = layout.kind === 'split' && lineWidth(start) < layout.lesson.width;
  return (
    <>
      <Rows rect={layout.bottom} lines={[lines]} />
      {joint && (
        <Rows
          rect={{ x: layout.lesson.width, y: layout.bottom.y, width: 1, height: 1 }}
          lines={[line('┴', theme.faint)]}
          layer={1}
        />
      )}
    </>
  );
}

function messageOf(player: Player, spinner: string): Line<Command> {
  const { state } = player.session;
  const { phase, typing } = state;
  const hidden = player.ui.layout.kind === 'single' && player.focus === 'lesson';
  if (phase.name === 'starting' && hidden) {
    const percent = phase.fraction === undefined ? '' : ` ${Math.floor(phase.fraction * 100)} %`;
    return [span(`${spinner} `, theme.busy), span(phase.text + percent)];
  }
  const { notice } = player;
  if (notice && !isLong(notice.text, player.ui.layout))
    return line(notice.text, notice.kind === 'error' ? theme.failStrong : theme.strong);
  const block = typing && currentStep(state).blocks.find((b) => 'id' in b && b.id === typing);
  if (block && 'terminal' in block) return [span(`${spinner} `, theme.busy), span(`Running in ${block.terminal}`)];
  const { confusion } = player.ui;
  return confusion && player.terminal ? line(`? ${confusion}`) : doneLine(player);
}

const UNDONE = 'This step was done, but a check holds no longer.';
/** The lab may be another, or have changed since this session began: how it was is not known. */
const ELSEWHERE = 'You have finished this step before; not all of it holds in this lab.';

/** How to go on, once there is nothing left to do here. */
function doneLine(player: Player): Line<Command> {
  const { state } = player.session;
  const { verdicts, completed, held } = state.steps[state.step]!;
  const last = state.step === state.steps.length - 1;
  const checked = verdicts.length > 0;
  if (!allPass(verdicts)) {
    const seen = completed && verdicts.every((verdict) => verdict !== null);
    return seen ? line(held ? UNDONE : ELSEWHERE, theme.strong) : [];
  }
  const done = checked ? [span(`${glyphs.pass} Step done`, theme.passStrong), span(' — ')] : [];
  return last
    ? clickable<Command>([...done, span(keyFor('quit'), theme.key), span(' to leave')], { do: 'quit' })
    : clickable<Command>([...done, span(keyFor('next'), theme.key), span(' for the next step')], { do: 'next' });
}
