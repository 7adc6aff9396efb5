import { Box, render, Text } from 'ink';
import { createElement as h } from 'react';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Terminal } from '../../../src/terminal/terminal.ts';
import { Compositor, type CompositorOptions } from '../../../src/tui/compositor.ts';
import { FakePty } from '../terminal/fake-pty.ts';
import { ScreenEmulator } from './screen-emulator.ts';

let screen: ScreenEmulator;
let pty: FakePty;
let terminal: Terminal;
let compositor: Compositor;
const PANE = { x: 4, y: 1, width: 12, height: 3 };

beforeEach(() => {
  screen = new ScreenEmulator(20, 6);
  pty = new FakePty();
  terminal = new Terminal(pty, { columns: 12, rows: 3 });
  compose();
});
afterEach(() => compositor.stop());

function compose(options: CompositorOptions = {}): void {
  compositor?.stop();
  screen = new ScreenEmulator(20, 6);
  compositor = new Compositor(screen.stream, { minFrameMs: 0, color: true, ...options });
  compositor.start();
}

/** A program prints, and its terminal has taken it. */
async function print(text: string): Promise<void> {
  pty.print(text);
  await new Promise<void>((resolve) => terminal.screen.afterParsing(resolve));
}

const frame = (...lines: string[]) => compositor.stdout.write(lines.join('\n'));

describe('chrome and terminals together', () => {
  test('lays a terminal over the frame that Ink draws', async () => {
    frame('+------------------+', '|                  |', '|                  |', '|  xxxxxxxxxxxxxx  |', '', 'footer');
    compositor.setPanes([{ terminal, ...PANE }], terminal);
    await print('one\r\ntwo');
    expect(await screen.lines()).toEqual([
      '+------------------+',
      '|   one            |',
      '|   two            |',
      '|  x            x  |',
      '',
      'footer',
    ]);
  });

  test('rings for a terminal that is shown, and once for a program that rings without end', async () => {
    await print('\x07');
    expect(screen.writes).not.toContain('\x07');
    compositor.setPanes([{ terminal, ...PANE }], terminal);
    await print('\x07'.repeat(1000));
    expect(screen.writes.filter((text) => text === '\x07')).toHaveLength(1);
  });

  test('takes frames from a real Ink app, and none of its mode switches for one', async () => {
    const app = render(h(Box, { borderStyle: 'round', width: 20, height: 3 }, h(Text, null, 'hello ✓')), {
      stdout: compositor.stdout,
      debug: true,
      patchConsole: false,
    });
    compositor.stdout.write('\x1b[?2004h');
    app.unmount();
    expect(await screen.lines()).toEqual([
      '╭──────────────────╮',
      '│hello ✓           │',
      '╰──────────────────╯',
      '',
      '',
      '',
    ]);
  });

  test('shows the frame where a dialog covers the terminal', async () => {
    frame('', '', '      [dialog]', '', '', '');
    compositor.setPanes([{ terminal, ...PANE, covered: { x: 6, y: 2, width: 8, height: 1 } }], terminal);
    await print('aaaaaaaaaaaa\r\nbbbbbbbbbbbb\r\ncccccccccccc');
    expect((await screen.lines()).slice(1, 4)).toEqual(['    aaaaaaaaaaaa', '    bb[dialog]bb', '    cccccccccccc']);
  });

  test('a wide character that the edge of a dialog cuts leaves a blank', async () => {
    frame('', '', '     [dialog]', '', '', '');
    compositor.setPanes([{ terminal, ...PANE, covered: { x: 5, y: 2, width: 8, height: 1 } }], terminal);
    await print('\r\n你好你好你好');
    expect((await screen.lines())[2]).toBe('     [dialog] 好');
  });
});

describe('the real screen', () => {
  test('gets only what has changed', async () => {
    frame('header');
    compositor.setPanes([{ terminal, ...PANE }], terminal);
    await print('one');
    screen.writes.length = 0;
    await print('!');
    expect(screen.writes.join('')).toBe('\x1b[2;8H!\x1b[2;9H\x1b[?25h');
  });

  test('gets a large change in one synchronised write, the cursor hidden meanwhile', async () => {
    compositor.setPanes([{ terminal, ...PANE }], terminal);
    screen.writes.length = 0;
    await print('\x1b[31maaaaaaaaaaaa\r\n\x1b[32mbbbbbbbbbbbb\r\n\x1b[33mcccccccccccc');
    expect(screen.writes).toHaveLength(1);
    expect(screen.writes[0]).toMatch(/^\x1b\[\?2026h\x1b\[\?25l.*\x1b\[\?25h\x1b\[\?2026l$/s);
  });

  test('is left as it was found', async () => {
    await print('x');
    compositor.stop();
    expect(screen.writes.join('')).toMatch(/^\x1b\[\?1049h.*\x1b\[\?25h\x1b\[\?1049l$/s);
  });

  test('is painted whole when it is taken again', async () => {
    frame('one', 'two');
    compositor.stop();
    screen.xterm.reset();
    compositor.start();
    compositor.stdout.write('one\ntwo');
    expect((await screen.lines()).slice(0, 2)).toEqual(['one', 'two']);
  });

  test('is painted whole after a resize, when Ink has been told', async () => {
    const sizes: string[] = [];
    compositor.stdout.on('resize', () => {
      sizes.push(`ink ${compositor.stdout.columns}`);
      frame('narrow');
    });
    compositor.onResize(() => sizes.push('listener'));
    frame('a wide line of text');
    screen.resizeTo(10, 4);
    expect(sizes).toEqual(['ink 10', 'listener']);
    expect(await screen.lines()).toEqual(['narrow', '', '', '']);
  });

  test('waits with the next frame until a slow line has taken the last', async () => {
    frame('one');
    screen.open = false;
    frame('two');
    screen.writes.length = 0;
    frame('three');
    frame('four');
    expect(screen.writes).toEqual([]);
    screen.open = true;
    screen.emit('drain');
    expect((await screen.lines())[0]).toBe('four');
    expect(screen.writes).toHaveLength(1);
  });

  test('is not painted more often than the interval allows, and ends up right', async () => {
    compose({ minFrameMs: 400 });
    screen.writes.length = 0;
    for (let i = 0; i < 100; i++) frame(`frame ${i}`);
    expect(screen.writes).toEqual([]);
    await expect.poll(() => screen.writes.length).toBe(1);
    expect((await screen.lines())[0]).toBe('frame 99');
  });
});

describe('characters and styles', () => {
  test('keeps the colours and attributes of Ink and of programs apart', async () => {
    frame('\x1b[1m\x1b[38;5;200mA\x1b[22m\x1b[39mB\x1b[7m\x1b[48;2;1;2;3mC\x1b[49mD\x1b[27mE');
    compositor.setPanes([{ terminal, ...PANE }], null);
    await print('\x1b[4;38;2;9;8;7mX\x1b[0m\x1b[97;104mY\x1b[0mZ');
    await screen.lines();
    const styles = (y: number, from: number, count: number) =>
      Array.from({ length: count }, (_, i) => {
        const c = screen.cell(from + i, y);
        return [
          c.getChars(),
          c.isBold() && 'bold',
          c.isInverse() && 'inverse',
          c.isUnderline() && 'underline',
          c.getFgColor(),
          c.getBgColor(),
        ].filter((v) => v !== 0 && v !== -1);
      });
    expect(styles(0, 0, 5)).toEqual([['A', 'bold', 200], ['B'], ['C', 'inverse', 0x010203], ['D', 'inverse'], ['E']]);
    expect(styles(1, 4, 3)).toEqual([['X', 'underline', 0x090807], ['Y', 15, 12], ['Z']]);
  });

  test('without colour keeps bold and inverse', async () => {
    compose({ color: false });
    frame('\x1b[1;31mA\x1b[0;7;48;2;1;2;3mB');
    await screen.lines();
    expect(screen.writes.join('')).not.toMatch(/[34][18]/);
    expect([screen.cell(0, 0).isBold() > 0, screen.cell(1, 0).isInverse() > 0]).toEqual([true, true]);
  });

  test('wide characters take two cells and are overwritten cleanly', async () => {
    compositor.setPanes([{ terminal, ...PANE }], terminal);
    await print('你好|\r\n👩‍👩‍👧|é|\r\nend');
    expect((await screen.lines()).slice(1, 4)).toEqual(['    你好|', expect.stringContaining('|é|'), '    end']);
    await print('\x1b[Hab|\x1b[K\x1b[2;1H\x1b[Kx');
    expect((await screen.lines()).slice(1, 4)).toEqual(['    ab|', '    x', '    end']);
  });

  test('whatever is drawn, the screen equals one that is painted anew', async () => {
    compositor.setPanes([{ terminal, ...PANE }], terminal);
    const pieces = [
      '你',
      'a',
      'é',
      '😀',
      '│',
      '→',
      '✓',
      '\x1b[31m',
      '\x1b[0m',
      '\x1b[7m',
      '\r\n',
      '\x1b[2;3H',
      '\x1b[K',
      '\x1b[1J',
      ' ',
      '\t',
      '\x1b[P',
      '\x1b[@',
    ];
    let seed = 42;
    const random = (n: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % n;
    };
    for (let round = 0; round < 150; round++) {
      await print(Array.from({ length: 6 }, () => pieces[random(pieces.length)]).join(''));
      const fresh = new ScreenEmulator(20, 6);
      const other = new Compositor(fresh.stream, { minFrameMs: 0, color: true });
      other.start();
      other.setPanes([{ terminal, ...PANE }], terminal);
      const expected = await fresh.lines();
      other.setPanes([], null);
      other.stop();
      expect(await screen.lines(), `round ${round}`).toEqual(expected);
    }
  });
});

describe('the cursor', () => {
  const cursor = async () => {
    await screen.lines();
    return [screen.xterm.buffer.active.cursorX, screen.xterm.buffer.active.cursorY];
  };

  test('is the focused terminal’s', async () => {
    compositor.setPanes([{ terminal, ...PANE }], terminal);
    await print('ab\r\nc');
    expect(await cursor()).toEqual([5, 2]);
  });

  test.each([
    ['nothing is focused', () => compositor.setPanes([{ terminal, ...PANE }], null)],
    ['the program hides it', () => print('\x1b[?25l')],
    ['the viewport is scrolled back', () => terminal.screen.scroll(-1)],
  ])('is hidden when %s', async (_, hide) => {
    compositor.setPanes([{ terminal, ...PANE }], terminal);
    await print('1\r\n2\r\n3\r\n4\r\n5');
    screen.writes.length = 0;
    await hide();
    expect(screen.writes.join('')).toMatch(/\x1b\[\?25l$|\x1b\[\?25l\x1b\[\?2026l$/);
  });
});

test('a program’s synchronised frame is shown when it is whole, or after a while', async () => {
  compositor.setPanes([{ terminal, ...PANE }], terminal);
  await print('\x1b[?2026hhalf');
  expect((await screen.lines())[1]).toBe('');
  await print(' whole\x1b[?2026l');
  await expect.poll(async () => (await screen.lines())[1]).toBe('    half whole');
  await print('\x1b[?2026h\rstuck');
  await expect.poll(async () => (await screen.lines())[1]).toBe('    stuckwhole');
});
