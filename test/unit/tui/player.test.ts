import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/model/verdict.ts';
import { nextBlock } from '../../../src/session/state.ts';
import type { Terminal } from '../../../src/terminal/terminal.ts';
import { footerLine } from '../../../src/tui/panes/footer.tsx';
import { press } from '../../../src/tui/perform.ts';
import { Player } from '../../../src/tui/player.ts';
import { plainText } from '../../../src/tui/text.ts';
import { typed } from '../../../src/tui/typed.ts';
import { scenario } from '../../fixtures/tui-scenario.ts';
import { LablessSession, present } from '../../fixtures/tui-session.ts';

const WIDE = { columns: 120, rows: 40 };
const NARROW = { columns: 80, rows: 24 };

const SEQUENCES: Record<string, string> = {
  enter: '\r',
  escape: '\x1b',
  down: '\x1b[B',
  up: '\x1b[A',
  end: '\x1b[F',
  backspace: '\x7f',
};
const sequence = (key: string) => SEQUENCES[key] ?? key;

async function ready(size = WIDE) {
  const session = new LablessSession(scenario);
  const clock = { now: 0 };
  const player = new Player(session, size, () => clock.now);
  for (const { name } of scenario.terminals) session.terminals.set(name, present);
  await session.start();
  /** Keys by themselves, a second apart. */
  const type = (...keys: string[]) => {
    for (const key of keys) {
      clock.now += 1000;
      typed(player, [sequence(key)], false);
    }
  };
  /** What follows the leader; in a dialog the keys by themselves. */
  const pressAll = (...keys: string[]) => {
    for (const key of keys) {
      if (player.dialog) type(key);
      else press(player, key);
    }
  };
  return { session, player, clock, type, press: pressAll };
}

describe('copying', () => {
  it('takes the next command as it was written to the clipboard, and runs nothing', async () => {
    const { session, player, press } = await ready();
    const copied: string[] = [];
    player.onCopy = (text) => copied.push(text);
    press('y');
    expect(copied).toEqual([nextBlock(session.state)!.text]);
    expect(player.ui.notice).toContain(copied[0]!.split('\n')[0]);
    expect(session.state.typing).toBeNull();
  });
});

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

  it.each([
    ['a letter', ['r'], true],
    ['a command in one piece', [...'psql -U replicator\r'], true],
    ['a command that begins with a space', [...' ls'], true],
    ['a key that is no text', ['\x1b[15~'], false],
    ['Enter, which brings the terminal', ['\r'], false],
    ['Ctrl-C, which brings it too', ['\x03'], false],
    ['Ctrl-D, which brings it too', ['\x04'], false],
    ['arrows', ['\x1b[B', '\x1b[B'], false],
  ])('gives the terminal what is typed into the lesson: %s', async (_, keys, given) => {
    const { session, player } = await ready(NARROW);
    expect(typed(player, keys, false)).toBe(given ? present : null);
    if (given) expect(player.focus).toBe('terminal');
    expect([player.dialog, session.calls, session.state.step]).toEqual([null, ['start'], 0]);
  });

  it('says where typing went that came before there was a terminal', async () => {
    const session = new LablessSession(scenario);
    const player = new Player(session, NARROW);
    expect(typed(player, [...'rqR\r'], false)).toBeNull();
    expect([player.notice?.text, player.dialog]).toEqual([expect.stringContaining('goes nowhere'), null]);
  });

  it('gives it a paste, and answers a question whose choices are shown by their numbers', async () => {
    const { session, player } = await ready(NARROW);
    typed(player, ['2'], false);
    expect(session.state.steps[0]!.answers.snapshot).toEqual({ given: '1', right: true });
    expect(typed(player, [], true)).toBe(present);
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

describe('the last line', () => {
  it.each([
    ['the help', ['?'], /HELP {2}↑↓ scroll {2}Esc closes/],
    ['a menu', ['q'], /CHOOSING {2}↑↓ choose {2}Enter takes it/],
    ['a question with choices', ['a'], /ANSWERING {2}1–3 answer {2}Esc/],
    ['one that was answered', ['a', '2'], /ANSWERING {2}Enter goes on {2}Esc/],
    ['a question in words', ['n', 'a'], /ANSWERING {2}Enter answers {2}Esc/],
  ])('says what keys do in %s', async (_, keys, said) => {
    const { player, press } = await ready(NARROW);
    press(...keys);
    expect(plainText(footerLine(player, 80))).toMatch(said);
  });
});

describe('dialogs', () => {
  it('ask before a reset, and no letter answers', async () => {
    const { session, player, press } = await ready();
    press('R', 'escape');
    press('R', 'enter');
    press('R', 'y', 'r', 'escape');
    expect(session.calls).not.toContain('reset');
    press('R', 'down', 'enter');
    expect(session.calls).toContain('reset');
    expect(player.dialog).toBeNull();
  });

  it.each([
    [['enter'], 'close keep', { left: 'keep', again: false }],
    [['down', 'enter'], 'close keep', { left: 'keep', again: true }],
    [['up', 'enter', 'down', 'enter'], 'close remove', { left: 'remove', again: false }],
  ])('leave as chosen with %s', async (keys, call, left) => {
    const { session, player, press } = await ready();
    press('q', ...keys);
    expect(await player.left).toEqual(left);
    expect(session.calls.at(-1)).toBe(call);
  });

  it('ask once more before the lab is removed, with the answer in front that keeps it', async () => {
    const { session, player, press } = await ready();
    press('q', 'up', 'enter');
    expect(player.dialog).toMatchObject({ name: 'remove', selected: 0 });
    press('enter');
    expect([player.dialog, session.calls]).toEqual([null, ['start']]);
  });

  it.each(['quit', 'remove', 'reset'] as const)('take nothing of a burst for an answer to %s', async (name) => {
    const { session, player, clock } = await ready();
    const bursts = ['\r', 'psql -U replicator\r', '\x1b[B\r', 'r\r', '\x1b[B\x1b[B\x1b[B\r'];
    for (const burst of bursts) {
      player.change({ dialog: { kind: 'menu', name, selected: 0 } });
      typed(player, burst.match(/\x1b\[.|./gs)!, false);
      typed(player, [...burst], true);
      // The same, key by key, as a fast typist's.
      for (const key of 'ryq1\r') {
        clock.now += 150;
        typed(player, [key], false);
      }
      expect([player.dialog, session.calls], burst).toMatchObject([{ name }, ['start']]);
      player.change({ dialog: null });
    }
  });

  it('offer to try again when the lab has failed', async () => {
    const { session, player, press } = await ready();
    session.dispatch({ type: 'phase', phase: { name: 'failed', message: 'Gone.' } });
    expect(player.dialog).toMatchObject({ name: 'failed' });
    press('escape', 'r');
    expect(player.dialog).toMatchObject({ name: 'failed' });
    press('enter');
    expect(session.calls).toEqual(['start', 'start']);
    expect(player.dialog).toBeNull();
  });
});

describe('a long diagnosis', () => {
  const long = (diagnosis: number | null): Verdict => ({
    ...{ status: 'fail', expected: '', actual: '', diagnosis },
    reason:
      'It is running, but without the slot, so main may remove WAL before it is fetched. Stop it, and start it again.',
  });

  it('is told whole beside the terminal where there is one line for it, until somebody types', async () => {
    const { session, player, press } = await ready(NARROW);
    press('r');
    session.dispatch({ type: 'typing', block: null });
    session.judge({ status: 'pass' }, long(0));
    expect(player.diagnosis).toMatchObject({ name: 'It has three rows' });
    player.fold();
    session.judge({ status: 'pass' }, long(0));
    expect(player.diagnosis).toBeNull();
    session.judge({ status: 'pass' }, long(1));
    expect(player.diagnosis).not.toBeNull();
    player.resize(WIDE);
    expect(player.diagnosis).toBeNull();
  });

  it('is none of what the lesson has still a command for', async () => {
    const { session, player, press } = await ready(NARROW);
    press('r');
    session.dispatch({ type: 'typing', block: null });
    session.judge({ status: 'pass' }, long(null));
    expect(player.diagnosis).toBeNull();
  });
});

describe('the lesson in view', () => {
  it('scrolls within its bounds and comes back to the next command', async () => {
    const { player, press, type } = await ready(NARROW);
    type('up');
    expect(player.lesson.top).toBe(0);
    type('down', 'down');
    expect(player.lesson.top).toBe(2);
    type('end', 'down');
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
