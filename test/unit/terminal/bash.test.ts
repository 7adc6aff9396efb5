import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommandRecord, Terminal } from '../../../src/terminal/terminal.ts';
import { leftOut, whyNotWithout } from '../../leave-out.ts';
import { bash } from './harness.ts';

let terminal: Terminal;
beforeEach(() => {
  terminal = bash();
});
afterEach(() => terminal.close());

const seen = ({ command, status, output }: CommandRecord) => ({ command, status, output });

describe('every command is known exactly, with what it printed and how it ended', () => {
  test.each<[string, string, string, string]>([
    ['a plain one', 'echo hi', '0', 'hi'],
    ['one that fails', 'false', '1', ''],
    ['a subshell’s exit', '(exit 3)', '3', ''],
    ['one that is not there', 'nosuchcommand', '127', 'bash: nosuchcommand: command not found'],
    ['a syntax error, which bash refuses before it runs', 'fi', '2', "bash: syntax error near unexpected token `fi'"],
    ['a loop over several lines', 'for i in 1 2\ndo\n  echo $i\ndone', '0', '1\n2'],
    ['a heredoc with empty and indented lines', 'cat <<X\none\n\n  two\nX', '0', 'one\n\n  two'],
    ['a tab in a heredoc, which completes nothing', 'cat <<X | od -c | head -1\n\tx\nX', '0', '0000000  \\t   x  \\n'],
    ['a quote over two lines', "echo 'one\ntwo'", '0', 'one\ntwo'],
    ['no line feed at the end', 'printf unfinished', '0', 'unfinished'],
    ['unicode, wide and joined', 'echo "你好 é e\u0301 👩‍👩‍👧 ✓"', '0', '你好 é e\u0301 👩‍👩‍👧 ✓'],
    ['the characters that marks are made of', 'echo "%41;a;%3B"; echo \\\\e', '0', '%41;a;%3B\n\\e'],
    ['an output line longer than the screen is wide', "printf '%0200d\\n' 7", '0', '7'.padStart(200, '0')],
    ['an output line exactly as wide as the screen', "printf '%080d\\nx\\n' 7", '0', `${'7'.padStart(80, '0')}\nx`],
    ['a command longer than the screen is wide', `echo ${'ab '.repeat(60)}end`, '0', `${'ab '.repeat(60)}end`],
    ['trailing blanks', 'echo "a   "; echo "   "; echo b', '0', 'a\n\nb'],
    ['colours', "printf '\\e[31mred\\e[0m\\n'", '0', 'red'],
    ['clear, which leaves what came after it', 'echo a; clear; echo b', '0', 'b'],
    [
      'a full-screen program, whose screen is gone after it',
      "printf 'a\\n\\e[?1049h\\e[2Jfull\\e[?1049lb\\n'",
      '0',
      'a\nb',
    ],
    ['a leading blank, which would keep it out of the history', ' echo spaced', '0', 'spaced'],
    ['two on a line', 'echo a; false', '1', 'a'],
  ])('%s', async (_, command, status, output) => {
    expect((await terminal.type(command)).map(seen)).toEqual([{ command, status, output }]);
  });

  test('a line continued with a backslash is one line, as in bash’s history', async () => {
    expect((await terminal.type('echo a \\\n  b')).map(seen)).toEqual([
      { command: 'echo a   b', status: '0', output: 'a b' },
    ]);
  });

  test('a command in the background gives the prompt back', async () => {
    const [record] = await terminal.type('sleep 60 &');
    expect(record).toMatchObject({ command: 'sleep 60 &', status: '0', output: expect.stringMatching(/^\[1\] \d+$/) });
  });

  test('the same command twice is two', async () => {
    expect(await terminal.type('echo x\necho x')).toHaveLength(2);
  });

  test('an erased screen is where the output begins, with history above it', async () => {
    const [, record] = await terminal.type("seq 1 100\necho a; printf '\\e[H\\e[2J'; echo b");
    expect(record).toMatchObject({ output: 'b', truncated: false });
  });

  test('more output than the scrollback holds keeps its end', async () => {
    const [record] = await terminal.type('seq 1 20000');
    const lines = record!.output.split('\n');
    expect([record!.truncated, lines.at(-1)]).toEqual([true, '20000']);
    expect(lines.length).toBeGreaterThan(1000);
  });

  test('output survives a resize while the command runs', async () => {
    const line = '0123456789'.repeat(7);
    const typed = terminal.type(`for i in 1 2 3; do echo ${line}; done; read -rsn1; echo ${line}`);
    await expect.poll(() => terminal.running?.output.split('\n').length).toBe(3);
    terminal.resize({ columns: 33, rows: 10 });
    terminal.resize({ columns: 100, rows: 30 });
    terminal.write('x');
    const [record] = await typed;
    expect(record!.output).toBe([line, line, line, line].join('\n'));
  });

  test.each(['', '   ', '# a comment', '\n\n'])('nothing comes of %j', async (text) => {
    expect(await terminal.type(text)).toEqual([]);
  });

  test('a line thrown away with Ctrl-C is no command', async () => {
    await terminal.ready();
    terminal.write('echo half');
    await terminal.interrupt();
    await terminal.type('true');
    expect(terminal.commands.map((c) => c.command)).toEqual(['true']);
  });
});

describe('whoever types', () => {
  test('a person’s keys make the same records, and tell of them as they happen', async () => {
    await terminal.ready();
    const events: string[] = [];
    terminal.on('commandStart', (c) => events.push(`start ${c.command} ${c.status}`));
    terminal.on('commandEnd', (c) => events.push(`end ${c.command} ${c.status} ${c.output}`));
    terminal.on('prompt', (p) => events.push(`prompt ${p.app}`));
    for (const key of 'echo ab\x7fc\r') terminal.write(key);
    await expect.poll(() => events.length).toBe(3);
    expect(events).toEqual(['start echo ac null', 'end echo ac 0 ac', 'prompt bash']);
  });

  test('a half-typed line does not mix with a block', async () => {
    await terminal.ready();
    terminal.write('rm -rf \x1b[D\x1b[D');
    expect((await terminal.type('echo clean')).map(seen)).toEqual([
      { command: 'echo clean', status: '0', output: 'clean' },
    ]);
  });

  test('nor does a half-typed heredoc', async () => {
    await terminal.ready();
    terminal.write('cat <<X\rone\r');
    await expect.poll(() => terminal.prompt?.continuation).toBe(true);
    expect((await terminal.type('echo clean')).map(seen)).toEqual([
      { command: 'echo clean', status: '0', output: 'clean' },
    ]);
  });
});

describe('what keeps the terminal', () => {
  test('a block waits for its command, and another is refused meanwhile', async () => {
    const first = terminal.type('read -r; echo "got $REPLY"');
    await expect.poll(() => terminal.running?.command).toContain('read');
    await expect(terminal.type('echo second')).rejects.toMatchObject({ code: 'terminal-busy' });
    terminal.write('word\r');
    expect((await first)[0]).toMatchObject({ status: '0', output: 'word\ngot word' });
  });

  test('a program that stays is waited for only to begin; Ctrl-C ends it', async () => {
    const [record] = await terminal.typeBackground('echo one\nsleep 1000').then((all) => all.slice(-1));
    expect(record).toMatchObject({ command: 'sleep 1000', status: null, endedAt: null });
    expect([terminal.prompt, terminal.running]).toEqual([null, record]);
    await expect(terminal.type('echo no')).rejects.toMatchObject({ code: 'terminal-busy', message: /sleep 1000/ });
    await terminal.interrupt();
    // The terminal echoes it only once bash has left readline's mode.
    expect(record).toMatchObject({ status: '130', output: expect.stringMatching(/^(\^C)*$/) });
    expect(terminal.prompt).toMatchObject({ app: 'bash' });
  });

  test('a time-out says which command and leaves it running', async () => {
    const typed = terminal.type('echo first\nsleep 1000', { timeout: 2000 });
    await expect(typed).rejects.toMatchObject({
      code: 'command-timeout',
      message: '`sleep 1000` did not end within 2 s.',
    });
    expect(terminal.running?.command).toBe('sleep 1000');
  });

  test('an abort ends the waiting with its reason', async () => {
    const controller = new AbortController();
    const typed = terminal.type('sleep 1000', { signal: controller.signal });
    terminal.on('commandStart', () => controller.abort(new Error('left')));
    await expect(typed).rejects.toThrow('left');
  });

  test('Ctrl-C that is ignored is an error in the end', async () => {
    await terminal.typeBackground("trap '' INT; echo deaf; sleep 1000");
    await expect.poll(() => terminal.running?.output).toBe('deaf');
    await expect(terminal.interrupt({ timeout: 300 })).rejects.toMatchObject({ code: 'terminal-busy' });
  });

  const noPager = whyNotWithout('less');
  test.skipIf(noPager)(`a pager is ended with its own key${leftOut(noPager)}`, async () => {
    await terminal.typeBackground('seq 1 1000 | less -X');
    await expect.poll(() => terminal.screen.text().split('\n').at(-1)).toBe(':');
    await terminal.interrupt();
    expect(terminal.prompt).toMatchObject({ app: 'bash' });
  });

  test('a block that is not complete is an error', async () => {
    await expect(terminal.type('echo "open')).rejects.toMatchObject({ code: 'command-incomplete' });
    expect((await terminal.type('echo closed')).map(seen)).toEqual([
      { command: 'echo closed', status: '0', output: 'closed' },
    ]);
  });

  test('a terminal that ends under a block says so, and what ran in it has ended', async () => {
    const exits: CommandRecord[] = [];
    terminal.on('commandEnd', (record) => exits.push(record));
    await expect(terminal.type('exit 5')).rejects.toMatchObject({ code: 'terminal-ended' });
    expect(terminal).toMatchObject({ ended: true, prompt: null, running: null });
    expect(exits).toMatchObject([{ command: 'exit 5', status: null, endedAt: expect.any(Number) }]);
    await expect(terminal.type('echo')).rejects.toMatchObject({ code: 'terminal-ended' });
  });
});

describe('the state that bash keeps for a copy of the lab', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'waldojo-state-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('directory, variables and history come back in the terminal of that name alone', async () => {
    const open = (name: string) => bash({ WALDOJO_TERMINAL: name, WALDOJO_STATE: directory });
    const first = open('shell');
    await first.type(`cd /usr/lib\nA='it''s "x" $y'; export B=$'two\\nlines'\nL=(1 "2 3")`);
    first.close();
    const second = open('shell');
    const other = open('other');
    try {
      const [restored] = await second.type(`pwd; declare -p A B L; history 1`);
      expect(restored!.output.split('\n').slice(0, 4)).toEqual([
        '/usr/lib',
        'declare -- A="its \\"x\\" \\$y"',
        "declare -x B=$'two\\nlines'",
        'declare -a L=([0]="1" [1]="2 3")',
      ]);
      expect(second.prompt).toMatchObject({ cwd: '/usr/lib' });
      expect((await other.type('echo "[$A]"; pwd'))[0]!.output).toBe('[]\n/tmp');
    } finally {
      second.close();
      other.close();
    }
  });

  test('a shell started inside another leaves the state alone', async () => {
    const shell = bash({ WALDOJO_TERMINAL: 'shell', WALDOJO_STATE: directory });
    try {
      await shell.type("env | grep -cE '^WALDOJO_(TERMINAL|STATE)='");
      expect(shell.commands.at(-1)!.output).toBe('0');
    } finally {
      shell.close();
    }
  });
});

describe('a flood', () => {
  test('stays bounded and ends', async () => {
    const before = process.memoryUsage().rss;
    const [record] = await terminal.type(
      'yes $(printf %0200d 7) | head -c 30000000; echo; yes | head -c 2000000; echo end',
      { timeout: 60_000 },
    );
    expect(record!.output.endsWith('\nend')).toBe(true);
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });

  test('is ended by Ctrl-C', async () => {
    await terminal.typeBackground('yes');
    await expect.poll(() => terminal.screen.text()).toMatch(/y\ny\ny/);
    await terminal.interrupt();
    expect(terminal.commands.at(-1)).toMatchObject({ command: 'yes', status: '130' });
  });
});
