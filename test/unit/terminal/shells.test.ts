import { beforeEach, describe, expect, test } from 'vitest';
import { parseMark } from '../../../src/terminal/marks.ts';
import { psqlStatus } from '../../../src/terminal/psql-status.ts';
import { Terminal } from '../../../src/terminal/terminal.ts';
import { FakePty } from './fake-pty.ts';

describe('marks', () => {
  test.each([
    ['D;130;/a%3Bb%25;7.1', { kind: 'end', app: 'bash', shell: '7.1', status: '130', cwd: '/a;b%' }],
    [
      'D;true;22012;shop;5433;psql9',
      {
        kind: 'end',
        app: 'psql',
        shell: 'psql9',
        error: true,
        sqlstate: '22012',
        database: 'shop',
        port: 5433,
        line: '',
      },
    ],
    ['D;false;00000;;;psql9;!', expect.objectContaining({ shell: 'psql9', database: '', line: '!' })],
    ['A;bash', { kind: 'prompt', prompt: 'primary', line: '' }],
    ['A;bash;1;7.1', { kind: 'prompt', prompt: 'primary', line: '', bash: { status: '1', shell: '7.1' } }],
    ['A;more', { kind: 'prompt', prompt: 'more', line: '' }],
    ["A;more;'", { kind: 'prompt', prompt: 'more', line: "'" }],
    ['A;copy', { kind: 'prompt', prompt: 'copy', line: '' }],
    ['B', { kind: 'input' }],
    ['C;echo a%0Ab;7.1', { kind: 'output', shell: '7.1', command: 'echo a\nb' }],
    ['Z;1', undefined],
  ])('%s', (data, mark) => {
    expect(parseMark(data)).toEqual(mark);
  });
});

describe('the status of a psql command', () => {
  test.each([
    ['SELECT 1;', '', false, '00000', '0'],
    ['SELECT 1/0;', 'ERROR:  division by zero', true, '22012', '22012'],
    ['SELECT 1;', 'server closed the connection unexpectedly', true, '', '1'],
    ['\\d t', 'Did not find any relation named "t".', true, '22012', '1'],
    ['\\d', ' List of relations', true, '22012', '0'],
    ['\\i a.sql', 'psql:a.sql:1: ERROR:  division by zero', true, '22012', '22012'],
    ['\\i a.sql', 'a.sql: No such file or directory', true, '22012', '1'],
    ['\\c x', 'connection to server failed: FATAL:  no', false, '00000', '1'],
    ['\\! x', 'FATAL: no', true, '22012', '0'],
  ] as const)('%s with %j', (command, output, error, sqlstate, status) => {
    expect(psqlStatus(command, output, error, sqlstate)).toBe(status);
  });
});

describe('marks that come as they like', () => {
  let pty: FakePty;
  let terminal: Terminal;
  beforeEach(() => {
    pty = new FakePty();
    terminal = new Terminal(pty, { columns: 40, rows: 10 });
  });
  const mark = (data: string) => `\x1b]133;${data}\x07`;
  const prompt = (shell: string, status = 0) =>
    `${mark(`D;${status};/;${shell}`)}\x1b[?2004h${mark('A;bash')}$ ${mark('B')}`;
  async function print(text: string): Promise<void> {
    pty.print(text);
    await new Promise<void>((resolve) => terminal.screen.afterParsing(resolve));
  }

  test('a shell inside another that is killed takes its commands with it', async () => {
    await print(`${prompt('out')}su\r\n\x1b[?2004l${mark('C;su;out')}`);
    await print(`${prompt('in')}sleep\r\n\x1b[?2004l${mark('C;sleep;in')}Killed\r\n${prompt('out', 137)}`);
    expect(terminal.commands.map((c) => [c.command, c.status])).toEqual([
      ['su', '137'],
      ['sleep', '137'],
    ]);
    expect(terminal.prompt).toMatchObject({ app: 'bash' });
  });

  test('a prompt that is drawn again is no new one', async () => {
    let prompts = 0;
    terminal.on('prompt', () => prompts++);
    await print(`${prompt('a')}x\r${mark('A;bash')}$ ${mark('B')}xy`);
    expect(prompts).toBe(1);
  });

  test('a mark in pieces is one', async () => {
    for (const byte of prompt('a')) pty.print(byte);
    await print('');
    expect(terminal.prompt).toEqual({ app: 'bash', continuation: false, cwd: '/' });
  });

  test('only the last commands are kept', async () => {
    for (let i = 0; i < 600; i++) await print(`${prompt('a')}${i}\r\n\x1b[?2004l${mark(`C;${i};a`)}`);
    expect([terminal.commands.length, terminal.commands[0]?.command]).toEqual([500, '100']);
  });
});
