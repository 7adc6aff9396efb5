import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommandRecord, Terminal } from '../../../src/terminal/terminal.ts';
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
      "bash -c 'printf \"\\033[?1049h\\033[2Jmenu\"; kill -9 $$'\nseq 2",
      [
        ["bash -c 'printf \"\\033[?1049h\\033[2Jmenu\"; kill -9 $$'", '137', expect.any(String)],
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
