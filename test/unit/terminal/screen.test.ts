import { beforeEach, describe, expect, test } from 'vitest';
import { blankRow } from '../../../src/terminal/cells.ts';
import { Screen } from '../../../src/terminal/screen.ts';
import { FakePty } from './fake-pty.ts';

let pty: FakePty;
let screen: Screen;
let changes: number;
beforeEach(() => {
  changes = 0;
  pty = new FakePty();
  screen = new Screen(pty, { columns: 20, rows: 4 }, () => changes++);
});

const parsed = () => new Promise<void>((resolve) => screen.afterParsing(resolve));
async function print(text: string): Promise<void> {
  pty.print(text);
  await parsed();
}

test('pauses the pseudo-terminal when too much waits to be parsed, and resumes it', async () => {
  let paused = 0;
  pty.pause = () => {
    paused++;
    pty.paused = true;
  };
  for (let i = 0; i < 10; i++) pty.print('x'.repeat(50_000));
  expect([paused, pty.paused]).toEqual([1, true]);
  await parsed();
  expect(pty.paused).toBe(false);
});

test('answers what programs ask of a terminal', async () => {
  await print('ab\x1b[6n\x1b[c');
  expect(pty.written).toMatch(/^\x1b\[1;3R\x1b\[\?[\d;]+c$/);
});

test('tells which rows a change has touched, once', async () => {
  await print('1\r\n2\r\n3');
  screen.takeDirty();
  await print('\x1b[2;1Hx');
  const { from, to } = screen.takeDirty();
  expect([from <= 1, to >= 1, from > 0 || to < 3]).toEqual([true, true, true]);
  expect(screen.takeDirty()).toMatchObject({ to: -1 });
});

test.each([
  ['scrolling', () => print('\r\n\r\n\r\n\r\n')],
  ['looking back', async () => screen.scroll(-1)],
  ['the alternate screen', () => print('\x1b[?1049h')],
  ['a resize', async () => screen.resize({ columns: 10, rows: 4 })],
])('%s touches all rows', async (_, act) => {
  await print('1\r\n2\r\n3\r\n4\r\n5\r\n6');
  screen.takeDirty();
  await act();
  expect(screen.takeDirty()).toEqual({ from: 0, to: 3 });
});

test('scrolls back through history, and to the newest when a person types', async () => {
  await print('1\r\n2\r\n3\r\n4\r\n5\r\n6');
  screen.scroll(-2);
  expect([screen.text(), screen.scrolledBack, screen.cursor]).toEqual(['1\n2\n3\n4', 2, null]);
  screen.expectEcho();
  expect([screen.text(), screen.scrolledBack, screen.cursor]).toEqual(['3\n4\n5\n6', 0, { x: 1, y: 3 }]);
  expect(pty.written).toBe('');
});

test('what a person has typed is parsed in the same turn', () => {
  screen.expectEcho();
  pty.print('x');
  expect(screen.text()).toBe('x');
});

describe('modes', () => {
  test.each([
    ['\x1b[?2004h', { bracketedPaste: true }],
    ['\x1b[?1h', { applicationCursorKeys: true }],
    ['\x1b[?1002;1006h', { mouse: 'drag', mouseEncoding: 'sgr' }],
    ['\x1b[?1002;1006h\x1b[?1006l', { mouseEncoding: 'default' }],
    ['\x1b[?1049h', { alternateScreen: true }],
    ['\x1b[?1;1002;1006h\x1bc', { mouse: 'none', mouseEncoding: 'default', applicationCursorKeys: false }],
  ])('after %j', async (text, modes) => {
    await print(text);
    expect(screen.modes).toMatchObject(modes);
  });

  test('a hidden cursor is none', async () => {
    await print('\x1b[?25l');
    expect(screen.cursor).toBeNull();
    await print('\x1b[?25h');
    expect(screen.cursor).toEqual({ x: 0, y: 0 });
  });
});

test.each([...'@ILMPSTXZb', ' @', ' A', "'}", "'~"])(
  '%s done two thousand million times does not keep the program',
  async (final) => {
    const began = performance.now();
    await print(`ab\x1b[2147483647${final}\x1b[1;2147483647${final}cd`);
    expect(performance.now() - began).toBeLessThan(2000);
  },
);

test('characters are whole wherever their bytes are cut', async () => {
  for (const byte of Buffer.from('“a” – 👩‍👧 é…')) {
    pty.print(Buffer.from([byte]));
    await parsed();
  }
  expect(screen.text()).toBe('“a” – 👩‍👧 é…');
});

test('a window larger than any is taken for a large one', async () => {
  screen.resize({ columns: 65_535, rows: 65_535 });
  expect([screen.columns, screen.rows]).toEqual([1000, 500]);
  screen.resize({ columns: 0, rows: Number.NaN });
  expect([screen.columns, screen.rows]).toEqual([80, 24]);
});

test('a cell does not turn the direction of others on the terminal outside', async () => {
  await print('\u202ea\u202eb\u2066c\u0301d');
  const row = blankRow(20);
  screen.copyRow(0, row, 0, 20);
  expect(row.text.join('').replace(/ +/g, '')).toBe('abc\u0301d');
});
