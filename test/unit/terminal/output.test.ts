import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { blankRow } from '../../../src/terminal/cells.ts';
import { Terminal } from '../../../src/terminal/terminal.ts';
import { FakePty } from './fake-pty.ts';
import { Generator, promptOf } from './generator.ts';
import { BASHRC, localPty, SIZE } from './harness.ts';

/** `WALDOJO_OUTPUTS=6000` tries so many. */
const OUTPUTS = Number(process.env.WALDOJO_OUTPUTS ?? 150);
/** Bytes of each flood. */
const FLOOD = 700_000;
const CUTS = Number(process.env.WALDOJO_OUTPUTS ?? 100);

/** A terminal whose program answers each line as bash would that runs `echo` of it. */
class Typed {
  readonly pty = new FakePty();
  readonly terminal = new Terminal(this.pty, SIZE);
  answers = false;

  constructor() {
    let line = '';
    this.pty.write = (bytes) => {
      if (this.answers) line += Buffer.from(bytes as string).toString('latin1');
      if (!line.endsWith('\r')) return;
      const typed = line.replace(/^[\x00-\x1f\x7f]*(\x1b?\[7913~)?/, '').slice(0, -1);
      line = '';
      this.pty.print(`${typed}\r\n\x1b[?2004l\r\x1b]133;C;${typed};real\x07out\r\n${promptOf('real', 3)}`);
    };
  }

  /** Parsed in this very turn. */
  print(bytes: string | Buffer): void {
    this.terminal.screen.expectEcho();
    this.pty.print(bytes);
  }

  /** All that others ask of a terminal. */
  look(): void {
    const { terminal } = this;
    const { columns, rows } = terminal.screen;
    const row = blankRow(columns + 3);
    for (let y = 0; y < rows; y++) terminal.screen.copyRow(y, row, 0, columns + 3);
    expect(row.text.every((cell) => cell !== undefined && cell.length <= 64)).toBe(true);
    const { cursor } = terminal.screen;
    expect(cursor === null || (cursor.x < columns && cursor.y < rows)).toBe(true);
    expect(terminal.screen.text().split('\n').length).toBeLessThanOrEqual(rows);
    expect(terminal.state.at).toMatch(/^(starting|bash|psql|pager|full-screen|line-editor|program)$/);
    for (const record of terminal.commands) expect(record.output.length).toBeLessThanOrEqual(200_000);
    terminal.context();
    terminal.screen.takeDirty();
  }
}

test(`whatever is printed, in pieces and with resizes between, the screen shows and the next block is typed: ${OUTPUTS} outputs`, async () => {
  for (let seed = 1; seed <= OUTPUTS; seed++) {
    const random = new Generator(seed);
    const it = new Typed();
    it.print(promptOf('real'));
    const bytes = random.output(40);
    try {
      for (let at = 0; at < bytes.length; ) {
        const end = at + 1 + random.number(random.one([3, 50, 5000]));
        it.print(bytes.subarray(at, end));
        at = end;
        if (random.number(6) === 0) it.terminal.resize({ columns: random.number(200), rows: random.number(60) });
        if (random.number(6) === 0) it.terminal.screen.scroll(random.number(40) - 20);
        if (random.number(6) === 0) it.look();
      }
      it.look();
      // Whatever was left open is ended by the first of these.
      const reset = random.number(2) === 0;
      it.print(`\x18\x1b\\${reset ? '\x1bc' : ''}${promptOf('real')}`);
      it.answers = true;
      const records = await it.terminal.type('echo out');
      expect(records).toMatchObject([
        { app: 'bash', command: 'echo out', status: '3', ...(reset && { output: 'out' }) },
      ]);
      it.look();
    } catch (error) {
      throw new Error(`Seed ${seed}: ${(error as Error).stack} ${JSON.stringify(it.terminal.commands.slice(-2))}`);
    }
  }
});

/** What a real bash prints while somebody works in it. */
async function record(): Promise<Buffer> {
  const pty = localPty(['bash', '--rcfile', BASHRC, '-i'], SIZE, { HISTFILE: '/dev/null', LESS: '-FX' });
  const said: Buffer[] = [];
  const onData = pty.onData;
  pty.onData = (listener) =>
    onData((bytes) => {
      said.push(Buffer.from(bytes));
      listener(bytes);
    });
  const terminal = new Terminal(pty, SIZE);
  const block =
    "PS1='$ '\nseq 1 30\nfalse\necho 'two\nlines' 你好 👩‍👩‍👧\ncat <<X\n  in\nX\nprintf '\\e[?1049hfull\\e[?1049l'\nfi\nclear\nls -d --color=always /tmp";
  await terminal.type(block);
  terminal.close();
  return Buffer.concat(said);
}

test(`what a shell printed is read alike wherever it is cut: ${CUTS} cuts`, async () => {
  const bytes = await record();
  const read = (...pieces: Buffer[]) => {
    const it = new Typed();
    for (const piece of pieces) it.print(piece);
    const { commands, screen, state } = it.terminal;
    const records = commands.map(({ command, status, output }) => [command, status, output]);
    return JSON.stringify([records, screen.text(), state]);
  };
  const whole = read(bytes);
  expect(JSON.parse(whole)[0]).toHaveLength(9);
  const step = Math.max(1, bytes.length / CUTS);
  for (let at = 1; at < bytes.length; at += step) {
    const cut = Math.trunc(at);
    expect(read(bytes.subarray(0, cut), bytes.subarray(cut)), `cut at ${cut}`).toBe(whole);
  }
  expect(read(...Array.from(bytes, (byte) => Buffer.from([byte])))).toBe(whole);
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

test.each<[string, string, string?]>([
  ['combining characters', '\u0301', 'a'],
  ['links', '\x1b]8;;http://x\x07a\x1b]8;;\x07\r'],
  ['erasures', '\x1b[H\x1b[2J\n'],
  ['questions', '\x1b[6n'],
  ['prompts', promptOf('real')],
  ['commands that print', `\x1b]133;C;${'x'.repeat(1000)};real\x07${'y'.repeat(20_000)}\r\n\x1b]133;D;0;/;real\x07`],
])('of %s without an end nothing is kept without a bound', (_, piece, begin = '') => {
  const it = new Typed();
  it.print(promptOf('real'));
  let written = 0;
  it.pty.write = (bytes) => (written += bytes.length);
  const block = Buffer.from(piece.repeat(Math.ceil(64_000 / Buffer.byteLength(piece))));
  const used = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  it.print(begin + piece.repeat(Math.ceil(100_000 / piece.length)));
  const before = used();
  for (let size = 0; size < FLOOD; size += block.length) it.print(block);
  it.print('\x07');
  it.look();
  expect(used() - before).toBeLessThan(9_000_000);
  expect(written).toBeLessThan(100_000);
});
