import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommandRecord, Terminal } from '../../../src/terminal/terminal.ts';
import { leftOut, whyNotWithout } from '../../leave-out.ts';
import { bash } from './harness.ts';

let terminal: Terminal;
beforeEach(() => {
  terminal = bash();
});
afterEach(() => terminal.close());

const seen = ({ command, status, output }: CommandRecord) => [command, status, output];

describe('commands are known exactly after', () => {
  test.each([
    'printf() { :; }',
    'history() { :; }; local() { :; }; return() { :; }; shopt() { :; }; read() { :; }',
    'alias printf=false history=false local=false declare=false',
    'set -o vi',
    'set -o posix',
    'set -u',
    'set -f; set -C',
    'set +o history',
    'HISTSIZE=0',
    "HISTCONTROL=ignoreboth HISTIGNORE='*'",
    'shopt -u promptvars cmdhist',
    'PROMPT_COMMAND=true',
    'PROMPT_COMMAND="false; $PROMPT_COMMAND"',
    'PROMPT_COMMAND=(true true true)',
    'unset PROMPT_COMMAND',
    "PS1='$ '",
    "PS1='$(false)\\n\\u@\\h> '",
    "PS1='$ ' PS2='more ' PROMPT_COMMAND=true",
    'unset PS1 PS2',
    'unset PS0',
    "PS0='\\n'",
    'trap : DEBUG',
    'trap : DEBUG ERR RETURN; set -T -E',
    'IFS=012456789abcdef',
    'exec 2>/dev/null',
    'stty -icanon -icrnl',
    'umask 777',
    'cd /; PATH=',
    'export LC_ALL=C; export TERM=dumb',
  ])('%s', async (deed) => {
    await terminal.type(deed);
    // What the deed does to its own prompt is over with the next one.
    await terminal.type(':');
    const records = await terminal.type('echo a; (exit 3)\necho $? |\n  { read -r x; echo "got $x"; }\nfi');
    expect(records.map(({ status, output }) => [status, output.trim().split('\n')[0]])).toEqual([
      ['3', 'a'],
      ['0', deed.includes('read()') ? 'got' : 'got 3'],
      ['2', expect.stringMatching(/syntax error/)],
    ]);
    expect(records[0]!.command).toBe('echo a; (exit 3)');
  });

  test('set -x, whose traces are of the learner’s own commands only', async () => {
    await terminal.type('set -x');
    expect((await terminal.type('echo a')).map(seen)).toEqual([['echo a', '0', '+ echo a\na']]);
  });

  test('exec >/dev/null, of which only the output is lost', async () => {
    await terminal.type('exec >/dev/null');
    expect((await terminal.type('echo a\nfalse')).map(seen)).toEqual([
      ['echo a', '0', ''],
      ['false', '1', ''],
    ]);
  });
});

test('a half-typed line does not mix with a block in vi’s modes, which stay', async () => {
  await terminal.type('set -o vi');
  for (const keys of ['rm -rf \x1b', 'rm -rf \x1b0', 'rm -rf', '\x1b', 'rm\x1bhd', 'rm \x1b3']) {
    terminal.write(keys);
    await expect.poll(() => terminal.screen.text()).toMatch(/[#$] ?\S*/);
    expect((await terminal.type('echo clean; set -o | grep ^vi')).map(seen)).toEqual([
      ['echo clean; set -o | grep ^vi', '0', expect.stringMatching(/^clean\nvi\s+on$/)],
    ]);
  }
});

describe('what gives no prompt that can be seen says so at once', () => {
  const noLess = whyNotWithout('less');
  const cases: [string, RegExp, RegExp][] = [
    ['exec sh', /shell whose prompt cannot be seen/, /exit/],
    ['env -u PS1 bash --norc', /waits for a line/, /\. \/usr\/local\/lib\/waldojo\/bashrc/],
    ['seq 1000 | less', /waits in a pager/, /q leaves/],
    ["printf '\\e[?1049h'; cat", /whole screen/, /:q!/],
    ['cat', /has not come back/, /Ctrl-C/],
  ];
  for (const [command, message, hint] of cases) {
    const why = command.includes('less') ? noLess : undefined;
    test.skipIf(why)(`${command}${leftOut(why)}`, async () => {
      await terminal.ready();
      terminal.write(`${command}\r`);
      await expect.poll(() => terminal.state.at).toMatch(/program|pager|full-screen|line-editor/);
      if (command.includes('norc')) await expect.poll(() => terminal.state.at).toBe('line-editor');
      if (command.includes('less')) await expect.poll(() => terminal.state.at).toBe('pager');
      if (command.includes('1049')) await expect.poll(() => terminal.state.at).toBe('full-screen');
      await expect(terminal.type('echo in')).rejects.toMatchObject({
        code: 'terminal-busy',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      });
    });
  }
});
