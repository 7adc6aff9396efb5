import { describe, expect, it } from 'vitest';
import type { Terminal } from '../../../src/terminal/terminal.ts';
import { press } from '../../../src/tui/perform.ts';
import { Player } from '../../../src/tui/player.ts';
import { scenario } from '../../fixtures/tui-scenario.ts';
import { LablessSession } from '../../fixtures/tui-session.ts';

const WIDE = { columns: 120, rows: 40 };
const NARROW = { columns: 80, rows: 24 };

/** Stands in where only the presence of a terminal matters. */
const present = { commands: [], resize: () => {}, type: async () => [] } as unknown as Terminal;

async function ready(size = WIDE) {
  const session = new LablessSession(scenario);
  const player = new Player(session, size);
  for (const { name } of scenario.terminals) session.terminals.set(name, present);
  await session.start();
  const pressAll = (...keys: string[]) => {
    for (const key of keys) press(player, key, key.length === 1 ? key : '');
  };
  return { session, player, press: pressAll };
}

describe('focus', () => {
  it('is the lesson until there is a terminal, then the terminal', async () => {
    const session = new LablessSession(scenario);
    const player = new Player(session, WIDE);
    expect(player.focus).toBe('lesson');
    session.terminals.set('shell', present);
    await session.start();
    expect(player.focus).toBe('terminal');
    expect(player.typing).toBe(true);
  });

  it('begins with the lesson where there is room for one pane, and goes to the terminal with a command', async () => {
    const { player, press } = await ready(NARROW);
    expect(player.focus).toBe('lesson');
    press('r');
    expect(player.focus).toBe('terminal');
  });

  it('comes back to the lesson with a new step, where there is room for one pane', async () => {
    const { player, session, press } = await ready(NARROW);
    press('r', 'l');
    await session.next();
    expect(player.focus).toBe('lesson');
  });

  it('leaves the terminal alone while the leader waits for its key', async () => {
    const { player } = await ready();
    player.change({ leader: 'key' });
    expect(player.typing).toBe(false);
    press(player, 'escape');
    expect(player.typing).toBe(true);
  });

  it('sizes the terminals as they are laid out, also after a resize', async () => {
    const { player, session } = await ready();
    expect(session.size).toEqual({ columns: 64, rows: 25 });
    player.resize(NARROW);
    expect(session.size).toEqual({ columns: 80, rows: 19 });
    player.resize({ columns: 40, rows: 10 });
    expect(session.size).toEqual({ columns: 80, rows: 19 });
    expect(player.typing).toBe(false);
  });
});

describe('whether something was tried', () => {
  const withCommands = (...ids: number[]) =>
    ({ ...present, commands: ids.map((id) => ({ id })) }) as unknown as Terminal;

  it('turns true with the first command in a terminal, and false with the next step', async () => {
    const { session, player } = await ready();
    session.judge();
    expect(player.tried).toBe(false);
    session.terminals.set('shell', withCommands(1));
    session.judge();
    expect(player.tried).toBe(true);
    await session.next();
    expect(player.tried).toBe(false);
  });

  it('does not count the command that a new terminal was opened with', async () => {
    const { session, player } = await ready();
    session.terminals.delete('psql');
    session.judge();
    session.terminals.set('psql', withCommands(1));
    session.judge();
    expect(player.tried).toBe(false);
    session.terminals.set('psql', withCommands(1, 2));
    session.judge();
    expect(player.tried).toBe(true);
  });
});

describe('commands', () => {
  it('run in their order', async () => {
    const { session, press } = await ready();
    press('r');
    await Promise.resolve();
    session.dispatch({ type: 'typing', block: null });
    press('enter');
    expect(session.calls).toEqual(['start', 'run rows', 'run look']);
  });

  it('do not run while another one does', async () => {
    const { session, player, press } = await ready();
    session.dispatch({ type: 'typing', block: 'rows' });
    press('r');
    expect(session.calls).toEqual(['start']);
    expect(player.ui.notice).toBe('Another command is still running.');
  });

  it('that are left to the learner say so', async () => {
    const { session, player, press } = await ready();
    await session.next();
    press('r');
    expect(player.ui.notice).toBe('The next command is yours to find. Ctrl-G s shows the solution.');
    press('s', 'r');
    expect(session.calls).toContain('run solution');
  });
});

describe('going on', () => {
  it('is allowed with open checks, and says so', async () => {
    const { session, player, press } = await ready();
    session.judge({ status: 'pass' });
    press('n');
    expect(session.state.step).toBe(1);
    expect(player.ui.notice).toBe('Step 1 is not done: 2 checks are open. Ctrl-G p goes back.');
  });

  it('says nothing when the step is done', async () => {
    const { session, player, press } = await ready();
    session.judge({ status: 'pass' }, { status: 'pass' }, { status: 'pass' });
    press('n');
    expect(player.ui.notice).toBeNull();
  });

  it('after the last step offers to leave', async () => {
    const { session, player, press } = await ready();
    await session.next();
    await session.next();
    press('n');
    expect(player.dialog).toMatchObject({ kind: 'menu', name: 'quit' });
  });
});

describe('questions', () => {
  it('with choices are answered by a number, as often as it takes', async () => {
    const { session, player, press } = await ready();
    press('a', '1');
    expect(session.state.steps[0]!.answers.snapshot).toEqual({ given: '0', right: false });
    expect(player.dialog).toMatchObject({ kind: 'question' });
    press('9', '2');
    expect(session.state.steps[0]!.answers.snapshot).toEqual({ given: '1', right: true });
    press('enter');
    expect(player.dialog).toBeNull();
  });

  it('without choices are answered by typing, and letters are no commands meanwhile', async () => {
    const { session, player, press } = await ready();
    await session.next();
    press('a', 'q', 'backspace', '1', '6', 'enter');
    expect(session.state.steps[1]!.answers.files).toEqual({ given: '16', right: true });
    press('enter');
    expect(player.dialog).toBeNull();
    expect(session.calls).toEqual(['start']);
  });

  it('are not answered by nothing', async () => {
    const { session, press } = await ready();
    await session.next();
    press('a', ' ', 'enter');
    expect(session.state.steps[1]!.answers).toEqual({});
  });
});

describe('dialogs', () => {
  it('ask before a reset', async () => {
    const { session, player, press } = await ready();
    press('R', 'escape');
    expect(session.calls).not.toContain('reset');
    press('R', 'enter');
    expect(session.calls).not.toContain('reset');
    press('R', 'y');
    expect(session.calls).toContain('reset');
    expect(player.dialog).toBeNull();
  });

  it.each([
    ['enter', 'close keep', { left: 'keep', again: false }],
    ['p', 'close keep', { left: 'keep', again: true }],
    ['r', 'close remove', { left: 'remove', again: false }],
  ])('leave as chosen with %s', async (key, call, left) => {
    const { session, player, press } = await ready();
    press('q', key);
    expect(await player.left).toEqual(left);
    expect(session.calls.at(-1)).toBe(call);
  });

  it('offer to try again when the lab has failed', async () => {
    const { session, player, press } = await ready();
    session.dispatch({ type: 'phase', phase: { name: 'failed', message: 'Gone.' } });
    expect(player.dialog).toMatchObject({ name: 'failed' });
    press('escape');
    expect(player.dialog).toMatchObject({ name: 'failed' });
    press('r');
    expect(session.calls).toEqual(['start', 'start']);
    expect(player.dialog).toBeNull();
  });
});

describe('the lesson in view', () => {
  it('scrolls within its bounds and comes back to the next command', async () => {
    const { player, press } = await ready(NARROW);
    press('k');
    expect(player.lesson.top).toBe(0);
    press('j', 'j');
    expect(player.lesson.top).toBe(2);
    press('end', 'j');
    const { document, height, top } = player.lesson;
    expect(top).toBe(document.lines.length - height);
    press('r');
    expect(player.ui.scroll).toBeNull();
  });

  it('shows a hint that was asked for', async () => {
    const { player, press } = await ready(NARROW);
    press('h');
    const { document, top, height } = player.lesson;
    const { from, to } = document.places.get('hint:1')!;
    expect(from).toBeGreaterThanOrEqual(top);
    expect(to).toBeLessThanOrEqual(top + height);
  });
});
