import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Terminal } from '../../../src/terminal/terminal.ts';
import type { Pane } from '../../../src/tui/compositor.ts';
import { Input, type MouseEvent } from '../../../src/tui/input.ts';
import { FakePty } from '../terminal/fake-pty.ts';
import { ScreenEmulator } from './screen-emulator.ts';

let keyboard: PassThrough;
let pty: FakePty;
let terminal: Terminal;
let pane: Pane;
let input: Input;
let ink: string;
let pieces: string[];
let leaders: string[];
let pending: boolean[];
let clicks: MouseEvent[];
let handlesMouse: boolean;

beforeEach(() => {
  keyboard = new PassThrough();
  pty = new FakePty();
  terminal = new Terminal(pty, { columns: 40, rows: 10 });
  pane = { terminal, x: 10, y: 5, width: 40, height: 10 };
  [ink, pieces, leaders, pending, clicks, handlesMouse] = ['', [], [], [], [], false];
  input = new Input(keyboard as unknown as NodeJS.ReadStream, new ScreenEmulator(80, 24).stream, {
    onLeader: (key) => leaders.push(key),
    onLeaderPending: (is) => pending.push(is),
    onMouse: (event) => {
      clicks.push(event);
      return handlesMouse;
    },
  });
  input.stdin.on('data', (bytes: Buffer) => {
    ink += bytes.toString('latin1');
    pieces.push(bytes.toString());
  });
  input.start();
  input.setPanes([pane], terminal);
});
afterEach(() => {
  vi.useRealTimers();
  input.stop();
});

/** From here on time passes when a test says so. Not before `print`: terminals read with timers. */
const stopTime = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });

/** The keyboard sends these pieces; resolves when the last has been routed. */
async function send(...pieces: (string | Buffer)[]): Promise<void> {
  for (const piece of pieces) {
    keyboard.write(piece);
    await new Promise(setImmediate);
  }
}

async function print(text: string): Promise<void> {
  pty.print(text);
  await new Promise<void>((resolve) => terminal.screen.afterParsing(resolve));
}

describe('keys', () => {
  test('reach the focused terminal byte by byte', async () => {
    const bytes = Buffer.from([...Array(256).keys()].filter((byte) => byte !== 7));
    await send(bytes);
    expect(pty.written).toBe(bytes.toString('latin1'));
    expect(ink).toBe('');
  });

  test('reach Ink when no terminal is focused', async () => {
    input.setPanes([pane], null);
    await send('j\x1b[A');
    expect([ink, pty.written]).toEqual(['j\x1b[A', '']);
  });

  test('reach Ink one by one, however fast they came, and a paste as one piece', async () => {
    input.setPanes([pane], null);
    await send('né\r\x1b[B', '\x1b[200~two\r\nlines\x1b[201~');
    expect(pieces).toEqual(['n', 'é', '\r', '\x1b[B', 'two lines']);
  });

  test('go to who listens, a piece at a time, and with the rest of it to the terminal that is named', async () => {
    const heard: [string[], boolean][] = [];
    let taker: Terminal | null = null;
    const handlers = {
      onLeader: () => {},
      onTyped: (keys: string[], pasted: boolean) => {
        heard.push([keys, pasted]);
        return taker;
      },
    };
    input.stop();
    input = new Input(keyboard as unknown as NodeJS.ReadStream, new ScreenEmulator(80, 24).stream, handlers);
    input.start();
    await send('né\r', '\x1b[200~a\x1b[201~');
    expect(heard).toEqual([
      [['n', 'é', '\r'], false],
      [[], true],
      [['a'], true],
    ]);
    taker = terminal;
    await send('ls\r', 'x');
    expect([pty.written, heard.length]).toEqual(['ls\rx', 4]);
  });

  test('are cursor keys as the program wants them', async () => {
    await send('\x1b[A\x1bOB\x1b[H');
    await print('\x1b[?1h');
    await send('\x1b[A\x1bOB\x1b[1;5C');
    expect(pty.written).toBe('\x1b[A\x1b[B\x1b[H' + '\x1bOA\x1bOB\x1b[1;5C');
  });

  test('a character or a sequence in pieces arrives whole', async () => {
    await print('\x1b[?1h');
    stopTime();
    await send(Buffer.from([0xc3]), Buffer.from([0xa9]), '\x1b', '[', 'A');
    expect(pty.written).toBe('\xc3\xa9\x1bOA');
  });

  test('Escape alone arrives a moment later', async () => {
    stopTime();
    await send('\x1b');
    expect(pty.written).toBe('');
    vi.advanceTimersByTime(100);
    expect(pty.written).toBe('\x1b');
  });
});

describe('the leader key', () => {
  test.each([
    ['a letter', 'n', 'n'],
    ['an arrow', '\x1b[A', '\x1b[A'],
    ['a character of several bytes', 'é', 'é'],
    ['Enter', '\r', '\r'],
  ])('takes %s after it out of the stream', async (_, typed, key) => {
    await send(`a\x07${typed}b`);
    expect([leaders, pty.written, pending]).toEqual([[key], 'ab', [true, false]]);
  });

  test('and its key may come apart', async () => {
    await send('\x07', 'q');
    expect([leaders, pty.written]).toEqual([['q'], '']);
  });

  test('twice goes through', async () => {
    await send('\x07\x07', 'x');
    expect([leaders, pty.written]).toEqual([[], '\x07x']);
  });

  test('works when no terminal is focused', async () => {
    input.setPanes([], null);
    await send('\x07h');
    expect([leaders, ink]).toEqual([['h'], '']);
  });
});

describe('a paste', () => {
  test('keeps its marks for a program that knows them, and its leader keys are text', async () => {
    await print('\x1b[?2004h');
    await send('\x1b[200~a\nb\x07n\x1b[201~c');
    expect([pty.written, leaders]).toEqual(['\x1b[200~a\nb\x07n\x1b[201~c', []]);
  });

  test('is typing for one that does not', async () => {
    await send('\x1b[200~a\r\nb\nc\x1b[201~d');
    expect(pty.written).toBe('a\rb\rcd');
  });

  test.each([1, 2, 3, 5])('comes through whole in pieces of %i', async (size) => {
    await print('\x1b[?2004h');
    const whole = 'x\x1b[200~one\r\ntwo\x1b[A\x1b[201~y\x1b[B';
    await send(...(whole.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []));
    expect(pty.written).toBe(whole);
  });
});

describe('the mouse', () => {
  const press = (x: number, y: number, code = 0, end = 'M') => `\x1b[<${code};${x + 1};${y + 1}${end}`;

  test('is told of, where and what, and never typed', async () => {
    await send(press(3, 4), `a${press(3, 4, 0, 'm')}b`, press(9, 9, 65), press(1, 1, 34));
    expect(clicks.map(({ kind, button, wheel, x, y }) => [kind, button, wheel, x, y])).toEqual([
      ['press', 0, 0, 3, 4],
      ['release', 0, 0, 3, 4],
      ['wheel', 3, 1, 9, 9],
      ['drag', 2, 0, 1, 1],
    ]);
    expect(pty.written).toBe('ab');
  });

  test('a report in pieces is still one', async () => {
    await send('\x1b[<0;', '4;5', 'M');
    expect([clicks.length, pty.written]).toEqual([1, '']);
  });

  test('goes to a program that asks for it, at its own place', async () => {
    await print('\x1b[?1000h\x1b[?1006h');
    await send(press(12, 6), press(12, 6, 0, 'm'), press(12, 6, 32), press(2, 2));
    expect(pty.written).toBe('\x1b[<0;3;2M\x1b[<0;3;2m');
    await print('\x1b[?1006l');
    await send(press(12, 6));
    expect(pty.written.slice(-6)).toBe('\x1b[M #"');
  });

  test('does not, when the interface has dealt with it, or something covers the place', async () => {
    await print('\x1b[?1000h\x1b[?1006h');
    handlesMouse = true;
    await send(press(12, 6));
    handlesMouse = false;
    input.setPanes([{ ...pane, covered: { x: 11, y: 6, width: 4, height: 1 } }], terminal);
    await send(press(12, 6));
    expect(pty.written).toBe('');
  });

  test('the wheel scrolls the history, and typing returns to the newest rows', async () => {
    await print(Array.from({ length: 50 }, (_, i) => `row ${i}`).join('\r\n'));
    await send(press(12, 6, 64));
    expect(terminal.screen.scrolledBack).toBe(3);
    await send('x');
    expect(terminal.screen.scrolledBack).toBe(0);
  });

  test('the wheel is cursor keys to a full-screen program that has not asked for the mouse', async () => {
    await print('\x1b[?1049h\x1b[?1h');
    await send(press(12, 6, 65));
    expect(pty.written).toBe('\x1bOB\x1bOB\x1bOB');
  });
});
