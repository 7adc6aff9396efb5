import { afterEach, describe, expect, test } from 'vitest';
import { connectedTo, ensureProgram, openTerminal, type PtySource } from '../../../src/terminal/open.ts';
import type { Terminal } from '../../../src/terminal/terminal.ts';
import { BASHRC, localPty, SIZE } from './harness.ts';

const asked: { user: string; env?: Record<string, string> }[] = [];
const source: PtySource = {
  async openTerminal(argv, options) {
    asked.push(options);
    return localPty([...argv.slice(0, 1), '--rcfile', BASHRC, ...argv.slice(1)], options, {
      ...options.env,
      LANG: 'C.UTF-8',
      WALDOJO_TERMINAL: '',
      HISTFILE: '/dev/null',
    });
  },
};

let terminal: Terminal;
afterEach(() => terminal?.close());

test('a shell is opened for its user, with the terminal’s name', async () => {
  terminal = await openTerminal(source, { name: 'shell', user: 'student' }, SIZE);
  expect(terminal.prompt).toMatchObject({ app: 'bash', continuation: false });
  expect(asked.at(-1)).toMatchObject({ user: 'student', env: { WALDOJO_TERMINAL: 'shell', TERM: 'xterm-256color' } });
  expect(terminal.commands).toEqual([]);
});

test('a tab’s command is typed; when it has ended a shell remains, and it is started again before a block', async () => {
  const spec = { name: 'inner', user: 'student', command: `bash --rcfile ${BASHRC}` };
  terminal = await openTerminal(source, spec, SIZE);
  expect(terminal.context().programs).toEqual([spec.command]);
  await ensureProgram(terminal, spec);
  expect(terminal.commands).toHaveLength(1);
  await terminal.type('exit');
  expect(terminal.context().programs).toEqual([]);
  await ensureProgram(terminal, spec);
  expect(terminal.context().programs).toEqual([spec.command]);
});

test('a command that fails leaves the shell', async () => {
  terminal = await openTerminal(source, { name: 'psql', user: 'student', command: 'false' }, SIZE);
  expect([terminal.prompt?.app, terminal.commands[0]?.status]).toEqual(['bash', '1']);
});

test('programs are opened one inside the other again', async () => {
  const context = { programs: [`bash --rcfile ${BASHRC}`, `bash --rcfile ${BASHRC} -i`] };
  terminal = await openTerminal(source, { name: 'shell', user: 'student' }, SIZE, { context });
  expect(terminal.context()).toEqual(context);
});

describe('psql is opened where it was connected', () => {
  test.each([
    ['psql', 'psql -d shop -p 5433'],
    ['psql -d postgres', 'psql -d shop -p 5433'],
    ['psql postgres', 'psql -d shop -p 5433'],
    ['psql -dpostgres -p5432 -x', 'psql -x -d shop -p 5433'],
    ['psql -U postgres --port=5432 --dbname postgres -v A=1', 'psql -U postgres -v A=1 -d shop -p 5433'],
    ['sudo -u postgres psql -d postgres', 'sudo -u postgres psql -d shop -p 5433'],
    ['psql -d postgres && echo', 'psql -d postgres && echo'],
    ['bash', 'bash'],
  ])('%s', (command, expected) => {
    expect(connectedTo(command, 'shop', 5433)).toBe(expected);
  });

  test('and names are quoted where they need it', () => {
    expect(connectedTo('psql', "o'clock x", 5432)).toBe("psql -d 'o'\\''clock x'");
  });
});
