import { afterEach, describe, expect, test } from 'vitest';
import { connectedTo, ensureProgram, openTerminal, type PtySource } from '../../../src/terminal/open.ts';
import type { Terminal } from '../../../src/terminal/terminal.ts';
import { BASHRC, localPty, SIZE } from './harness.ts';

const asked: { user: string; env?: Record<string, string> }[] = [];
const source: PtySource = {
  async openTerminal(_, options) {
    asked.push(options);
    return localPty(['bash', '--rcfile', BASHRC, '-i'], options, {
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

describe('a tab whose shell has ended', () => {
  const spec = { name: 'inner', user: 'student', command: 'cd /usr' };
  const ended = () => expect.poll(() => terminal.state).toEqual({ at: 'ended' });
  const opened = () => expect.poll(() => terminal.state).toMatchObject({ at: 'bash', waits: 'command', cwd: '/usr' });

  test.each([
    ['exit', 'exit\r'],
    ['Ctrl-D', '\x04'],
    ['killed', 'kill -9 $$\r'],
    ['exec true', 'exec true\r'],
    ['killed by a program in it', "bash -c 'kill -9 $PPID'\r"],
    ['in the alternate screen, with the mouse', "printf '\\e[?1049h\\e[?1000h\\e[?25l\\e[3;5r\\e(0'; kill -9 $$\r"],
  ])('says so, and Enter opens it again as at the start: %s', async (_, keys) => {
    terminal = await openTerminal(source, spec, SIZE);
    terminal.write(keys);
    await ended();
    expect(terminal.screen.text()).toMatch(/The shell has ended. Press Enter to open it again\.$/);
    terminal.write('ls');
    terminal.resize({ columns: 60, rows: 20 });
    terminal.write('\r');
    await opened();
    expect(terminal.screen.modes).toMatchObject({ alternateScreen: false, mouse: 'none' });
    expect((await terminal.type('stty size; echo qx'))[0]).toMatchObject({ status: '0', output: '20 60\nqx' });
  });

  test('is opened again by a block that is to be typed, and by an interrupt', async () => {
    terminal = await openTerminal(source, spec, SIZE);
    await expect(terminal.type('exit')).rejects.toMatchObject({ code: 'terminal-ended' });
    expect((await terminal.type('pwd'))[0]).toMatchObject({ status: '0', output: '/usr' });
    await expect(terminal.type('exit')).rejects.toMatchObject({ code: 'terminal-ended' });
    await terminal.interrupt();
    await opened();
  });

  test('says why it cannot be opened again', async () => {
    terminal = await openTerminal(source, spec, SIZE);
    const open = source.openTerminal;
    source.openTerminal = () => Promise.reject(new Error('The lab has gone.'));
    try {
      terminal.write('exit\r');
      await ended();
      terminal.write('\r');
      await expect.poll(() => terminal.screen.text()).toMatch(/The lab has gone\.$/);
      await expect(terminal.type('pwd')).rejects.toThrow('The lab has gone.');
    } finally {
      source.openTerminal = open;
    }
  });

  test('is not opened again once it was closed', async () => {
    terminal = await openTerminal(source, spec, SIZE);
    terminal.close();
    await ended();
    await expect(terminal.type('pwd')).rejects.toMatchObject({ code: 'terminal-ended' });
    expect(terminal.screen.text()).not.toMatch(/ended/);
  });
});

describe('a shell that ends before its prompt', () => {
  const dying = (tries: number): PtySource => ({
    openTerminal: (argv, options) =>
      tries-- > 0 ? Promise.resolve(localPty(['bash', '-c', 'exit 3'], options)) : source.openTerminal(argv, options),
  });

  test.each([1, 2])('is opened in another way, after %i', async (tries) => {
    terminal = await openTerminal(dying(tries), { name: 'shell', user: 'student' }, SIZE);
    expect((await terminal.type('echo in'))[0]).toMatchObject({ status: '0', output: 'in' });
  });

  test('in each way is an error', async () => {
    const opening = openTerminal(dying(9), { name: 'shell', user: 'student' }, SIZE);
    await expect(opening).rejects.toMatchObject({ code: 'terminal-ended', message: /as soon as/ });
  });
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
