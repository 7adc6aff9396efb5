import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommandRecord, Terminal } from '../../../src/terminal/terminal.ts';
import { whyNotWithout } from '../../leave-out.ts';
import { bash } from './harness.ts';

let terminal: Terminal;
beforeEach(() => {
  terminal = bash();
});
afterEach(() => terminal.close());

const seen = ({ command, status, output }: CommandRecord) => [command, status, output];

describe('commands are told apart whatever was done to the screen', () => {
  test.each<[string, string, [string, string, string][]]>([
    [
      'the alternate screen, entered and left by hand',
      "printf '\\033[?1049h'\nseq 1 3\nfalse\nprintf '\\033[?1049l'\nseq 4 6",
      [
        ["printf '\\033[?1049h'", '0', ''],
        ['seq 1 3', '0', '1\n2\n3'],
        ['false', '1', ''],
        ["printf '\\033[?1049l'", '0', ''],
        ['seq 4 6', '0', '4\n5\n6'],
      ],
    ],
    [
      'a program that is killed while it has the alternate screen',
      'bash -c \'printf "\\033[?1049h\\033[2Jmenu"; kill -9 $$\'\nseq 2',
      [
        ['bash -c \'printf "\\033[?1049h\\033[2Jmenu"; kill -9 $$\'', '137', expect.any(String)],
        ['seq 2', '0', '1\n2'],
      ],
    ],
    [
      'a reset',
      "seq 50\nprintf '\\033c'; seq 3\nseq 2",
      [
        ['seq 50', '0', expect.stringMatching(/50$/)],
        ["printf '\\033c'; seq 3", '0', '1\n2\n3'],
        ['seq 2', '0', '1\n2'],
      ],
    ],
    [
      'a history that is thrown away',
      "seq 50\nprintf '\\033[3J'; seq 3\nseq 2",
      [
        ['seq 50', '0', expect.stringMatching(/50$/)],
        ["printf '\\033[3J'; seq 3", '0', '1\n2\n3'],
        ['seq 2', '0', '1\n2'],
      ],
    ],
  ])('%s', async (_, block, records) => {
    expect((await terminal.type(block)).map(seen)).toEqual(records);
  });

  test('more in the alternate screen than it has rows keeps its end', async () => {
    const [, record] = await terminal.type("printf '\\033[?1049h'\nseq 1 100");
    expect(record).toMatchObject({ truncated: true, output: expect.stringMatching(/^\d+\n[\s\S]*\n100$/) });
  });
});

const noLess = whyNotWithout('less');
test(`the tab says what it is at${noLess ? ` (left out: less, as ${noLess})` : ''}`, async () => {
  const comes = (state: object) => expect.poll(() => terminal.state).toEqual(state);
  const bashAt = { at: 'bash', waits: 'command', typed: '', cwd: '/tmp' };
  expect(terminal.state).toEqual({ at: 'starting' });
  await comes(bashAt);
  const programs: [string, string, string][] = [
    ['cat', 'program', '\x03'],
    ['seq 1000 | less', 'pager', 'q'],
    ['seq 1000 >s; more s; rm s', 'pager', 'q'],
    ['man -P less man 2>/dev/null || seq 1000 | less -M', 'pager', 'q'],
    ["printf '\\e[?1049h'; read -rsn1; printf '\\e[?1049l'", 'full-screen', 'q'],
    ['read -e', 'line-editor', '\r'],
  ];
  for (const [command, at, key] of programs.filter(([command]) => !noLess || !command.includes('less'))) {
    terminal.write(`${command}\r`);
    await comes({ at, app: 'bash', command });
    terminal.write(key);
    await comes(bashAt);
  }
  terminal.write('for i in 1\r');
  await comes({ ...bashAt, waits: 'more', typed: 'for i in 1' });
  await terminal.interrupt();
  terminal.write('exit\r');
  await comes({ at: 'ended' });
});
