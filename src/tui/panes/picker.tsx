import { Box, useInput } from 'ink';
import { useSyncExternalStore } from 'react';
import type { Lines } from '../blocks.ts';
import type { Clicks } from '../clicks.ts';
import { keyName } from '../key-name.ts';
import type { Command } from '../keymap.ts';
import type { Rect, Size } from '../layout.ts';
import { renderInline } from '../markdown.ts';
import type { PickerItem, PickerModel } from '../picker-model.ts';
import { blank, clickable, fit, justify, type Line, line, printable, span, wrap } from '../text.ts';
import { glyphs, theme } from '../theme.ts';
import { bar } from './frame.tsx';
import { ClicksContext, Rows } from './rows.tsx';

export function Picker({ model, clicks }: { model: PickerModel; clicks: Clicks }) {
  useSyncExternalStore(model.subscribe, model.version);
  useInput((input, key) => model.press(keyName(input, key), key.ctrl || key.meta ? '' : input));
  const { size } = model;
  const head = header(model, size.columns);
  const { list, details } = places(size, head.length);
  const item = model.shown[model.selected];
  return (
    <ClicksContext value={clicks}>
      <Box width={size.columns} height={size.rows}>
        <Rows rect={{ x: 0, y: 0, width: size.columns, height: Math.min(head.length, size.rows) }} lines={head} />
        <Rows rect={list} lines={listLines(model, list)} />
        <Rows rect={details} lines={item ? detailLines(item, model.items, details.width - 2) : []} />
        <Rows rect={{ x: 0, y: size.rows - 1, width: size.columns, height: 1 }} lines={[footer(model)]} />
      </Box>
    </ClicksContext>
  );
}

/** The details stand beside the list where there is room for both, else under it. */
function places({ columns, rows }: Size, top: number): { list: Rect; details: Rect } {
  const height = Math.max(1, rows - top - 2);
  if (columns >= 100) {
    const width = Math.floor(columns * 0.52);
    return {
      list: { x: 0, y: top, width, height },
      details: { x: width + 2, y: top, width: columns - width - 2, height },
    };
  }
  const under = Math.min(11, Math.floor(height / 2));
  return {
    list: { x: 0, y: top, width: columns, height: height - under - 1 },
    details: { x: 0, y: top + height - under, width: columns, height: under },
  };
}

function header({ items, notices }: PickerModel, columns: number): Lines {
  const finished = items.filter((item) => item.finished).length;
  const right = line(`${finished} of ${items.length} finished `, theme.faint);
  const title = [span(' waldojo', theme.heading), span('  Practise PostgreSQL backup and recovery', theme.faint)];
  const told = notices.flatMap((notice) =>
    wrap(line(printable(notice)), columns - 2, { first: [span(' ! ', theme.broken)], rest: [span('   ')] }),
  );
  return [
    justify<Command>(title, right, columns),
    line('─'.repeat(columns), theme.faint),
    ...told,
    ...(told.length > 0 ? [blank] : []),
  ];
}

/** The selected scenario is always in view; between them is air where there is room for it. */
function listLines({ shown, selected }: PickerModel, { width, height }: Rect): Lines {
  if (shown.length === 0) return [line(' Nothing matches.', theme.faint)];
  const each = shown.length * 3 <= height ? 3 : 2;
  const room = shown.length * each <= height ? shown.length : Math.max(1, Math.floor((height - 1) / each));
  const from = Math.max(0, Math.min(selected - Math.floor(room / 2), shown.length - room));
  const lines: Lines = shown.slice(from, from + room).flatMap((item, i) => {
    const rows = itemLines(item, from + i === selected, width);
    const all = each === 3 ? [...rows, blank] : rows;
    return all.map((row) => clickable<Command>(row, { do: 'choose', index: from + i }));
  });
  return room < shown.length
    ? [...lines, line(`   ${from + 1}–${from + room} of ${shown.length}`, theme.faint)]
    : lines;
}

const LABS = {
  running: line('  lab running ', theme.pass),
  stopped: line('  lab kept ', theme.accent),
};

function itemLines(item: PickerItem, selected: boolean, columns: number): Lines {
  const title = [
    span(selected ? ` ${glyphs.selected} ` : '   ', theme.key),
    item.finished ? span(`${glyphs.pass} `, theme.pass) : span('  '),
    span(printable(item.title), selected ? theme.selected : theme.plain),
  ];
  const facts = span(`     ${item.difficulty} · ${item.minutes} min  `, theme.faint);
  return [justify<Command>(title, item.lab ? LABS[item.lab] : [], columns), fit([facts, ...progress(item)], columns)];
}

function progress({ completed, steps, finished }: PickerItem): Line<never> {
  if (completed === 0 && !finished) return [];
  const done = finished ? steps : completed;
  return [...bar(done / Math.max(1, steps), Math.min(12, steps * 2)), span(` ${done} of ${steps} steps`, theme.faint)];
}

function detailLines(item: PickerItem, all: readonly PickerItem[], columns: number): Lines {
  const first = item.after.map((id) => all.find((other) => other.id === id)?.title ?? id);
  const state =
    item.lab === 'running'
      ? 'Its lab is running.'
      : item.lab === 'stopped'
        ? 'Its lab was kept: you go on where you were.'
        : '';
  const action = item.finished && !item.lab ? 'does it again' : item.lab || item.completed > 0 ? 'goes on' : 'starts';
  const lines: Lines = [
    ...wrap(renderInline(item.title, theme.heading), columns),
    blank,
    ...wrap(renderInline(item.summary), columns),
    blank,
    line(`${item.difficulty}, about ${item.minutes} minutes, ${item.steps} steps`),
    ...(first.length > 0 ? wrap(line(`Best done after: ${first.join(', ')}`), columns) : []),
    ...(state ? wrap(line(state, theme.accent), columns) : []),
    blank,
    [span('Enter', theme.key), span(` ${action}`)],
  ];
  return lines.map((row) => [span(' '), ...row]);
}

function footer({ filtering, filter }: PickerModel): Line<Command> {
  const cursor = span(' ', { inverse: true });
  if (filtering) return [span(' / ', theme.key), span(filter), cursor, span('  Esc shows all', theme.faint)];
  const keys = [
    ['↑↓', 'choose'],
    ['Enter', 'open'],
    ['/', 'filter'],
    ['q', 'quit'],
  ] as const;
  return keys.flatMap(([key, text]) => [span(' '), span(key, theme.key), span(` ${text} `)]);
}
