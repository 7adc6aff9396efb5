import { setTimeout as delay } from 'node:timers/promises';
import stringWidth from 'string-width';
import { afterEach, describe, expect, it } from 'vitest';
import { App } from '../../../src/tui/app.tsx';
import { Clicks } from '../../../src/tui/clicks.ts';
import type { Rect } from '../../../src/tui/layout.ts';
import { perform } from '../../../src/tui/perform.ts';
import { Player } from '../../../src/tui/player.ts';
import { poll } from '../../../src/util/poll.ts';
import { renderFrames } from '../../fixtures/tui-frame.tsx';
import { scenario } from '../../fixtures/tui-scenario.ts';
import { LablessSession, present } from '../../fixtures/tui-session.ts';

let close = () => {};
afterEach(() => close());

async function show(columns: number, rows: number) {
  const session = new LablessSession(scenario);
  const player = new Player(session, { columns, rows });
  for (const { name } of scenario.terminals) session.terminals.set(name, present);
  const clicks = new Clicks();
  const shown: { rect: Rect | null; covered: Rect | null }[] = [];
  const stage = { show: (rect: Rect | null, covered: Rect | null) => void shown.push({ rect, covered }) };
  const frames = renderFrames(<App player={player} clicks={clicks} stage={stage} />, columns, rows);
  close = frames.close;
  const seen = async (text: string) => {
    const has = () => frames.lines.join('\n').includes(text);
    await poll(async () => has(), Boolean, { within: 30_000, every: 5 });
    expect(has(), `${text}\n${frames.lines.join('\n')}`).toBe(true);
  };
  await session.start();
  await seen('Lesson');
  /** What a click on that text does. */
  const clickOn = (text: string) => {
    const y = frames.lines.findIndex((row) => row.includes(text));
    const command = clicks.at(stringWidth(frames.lines[y]!.slice(0, frames.lines[y]!.indexOf(text))), y);
    if (command) perform(player, command);
    return command;
  };
  return { session, player, frames, seen, clickOn, shown };
}

describe('the screen', () => {
  it.each([
    [120, 40],
    [100, 24],
    [80, 24],
    [60, 16],
    [200, 60],
  ])('is filled exactly at %i by %i, whatever is open', async (columns, rows) => {
    const { player, session, frames } = await show(columns, rows);
    session.judge({ status: 'pass' }, { status: 'broken', reason: 'No connection.' });
    const open = [
      () => {},
      () => perform(player, { do: 'menu' }),
      () => perform(player, { do: 'help' }),
      () => player.change({ dialog: null }),
      () => perform(player, { do: 'answer' }),
      () => player.change({ dialog: null }),
      () => perform(player, { do: 'quit' }),
      () => player.change({ dialog: null, focus: 'lesson', notice: 'Something long to say. '.repeat(12) }),
      () =>
        session.dispatch({ type: 'phase', phase: { name: 'failed', message: 'The lab is gone.', hint: 'Start it.' } }),
    ];
    for (const act of open) {
      act();
      await delay(5);
      expect(frames.lines).toHaveLength(rows);
      for (const row of frames.lines) expect(stringWidth(row), row).toBeLessThanOrEqual(columns);
    }
  });

  it('asks for more room and works again when there is', async () => {
    const { player, seen, shown } = await show(120, 40);
    player.resize({ columns: 50, rows: 10 });
    await seen('More room is needed');
    expect(shown.at(-1)).toEqual({ rect: null, covered: null });
    player.resize({ columns: 120, rows: 40 });
    await seen('Something to lose');
    expect(shown.at(-1)!.rect).toMatchObject({ width: 64 });
  });

  it('gives the terminal what a dialog covers of it', async () => {
    const { player, seen, shown } = await show(80, 24);
    perform(player, { do: 'tab', index: 0 });
    perform(player, { do: 'menu' });
    await seen('Ctrl-G and then');
    expect(shown.at(-1)!.rect).toMatchObject({ y: 2, height: 19 });
    expect(shown.at(-1)!.covered).toMatchObject({ x: 0, width: 80 });
  });

  it('says how to go on when the step is done', async () => {
    const { session, seen } = await show(120, 40);
    session.judge({ status: 'pass' }, { status: 'pass' }, { status: 'pass' });
    await seen('✓ Step done — Ctrl-G n for the next step');
  });

  it('says of a step that was finished in another lab no more than is known', async () => {
    const { session, seen } = await show(80, 24);
    session.judge({ status: 'pass' }, { status: 'pass' }, { status: 'pass' });
    session.judge({ status: 'pass' });
    await seen('This step was done, but a check holds no longer.');
    session.dispatch({ type: 'reset' }, { type: 'phase', phase: { name: 'ready' } });
    session.judge({ status: 'pass' });
    await seen('You have finished this step before; not all of it holds in this lab.');
  });

  it('does what is clicked', async () => {
    const { session, player, seen, clickOn } = await show(120, 40);
    expect(clickOn('▶ shell')).toEqual({ do: 'run', block: 'rows' });
    expect(session.calls).toContain('run rows');
    expect(clickOn('2 psql')).toEqual({ do: 'tab', index: 1 });
    expect(session.state.terminal).toBe('psql');
    expect(clickOn('It has three rows')).toEqual({ do: 'check' });
    expect(clickOn('n next')).toEqual({ do: 'next' });
    await seen('Take the backup');
    expect(clickOn('Ctrl-G  r')).toEqual({ do: 'menu' });
    await seen('Ctrl-G and then');
    expect(clickOn('q     Leave')).toEqual({ do: 'quit' });
    await seen('Leave this lesson?');
    expect(clickOn('Stay')).toEqual({ do: 'choose', index: 2 });
    expect(player.dialog).toBeNull();
  });

  it('lets nothing under a dialog be clicked', async () => {
    const { player, seen, clickOn, frames } = await show(120, 40);
    perform(player, { do: 'quit' });
    await seen('Leave this lesson?');
    expect(frames.lines.join('\n')).toContain('What you have finished');
    expect(clickOn('What you have finished')).toBeUndefined();
  });
});
