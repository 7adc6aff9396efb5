import { afterAll, expect, it as test } from 'vitest';
import { openTerminal } from '../../src/terminal/open.ts';
import type { Terminal } from '../../src/terminal/terminal.ts';
import { SIZE } from '../unit/terminal/harness.ts';
import { forEachRuntime, major, useLab } from './runtimes.ts';

forEachRuntime((runtime) => {
  const lab = useLab(runtime);
  const opened: Terminal[] = [];
  afterAll(() => {
    for (const terminal of opened) terminal.close();
  });

  async function open(name: string, command?: string, context?: Parameters<typeof openTerminal>[3]): Promise<Terminal> {
    const terminal = await openTerminal(lab(), { name, user: 'student', command }, SIZE, context);
    opened.push(terminal);
    return terminal;
  }

  test('a login shell of another user, and psql in it, are told apart', async () => {
    const shell = await open('sudo');
    await shell.type('sudo -iu postgres\npsql');
    const records = await shell.type('SELECT current_user AS u;\nSELECT 1/0;\n\\q\nwhoami\nfalse');
    expect(records.map(({ app, command, status, output }) => [app, command, status, output])).toEqual([
      ['psql', 'SELECT current_user AS u;', '0', '    u\n----------\n postgres\n(1 row)'],
      ['psql', 'SELECT 1/0;', '22012', 'ERROR:  division by zero'],
      ['psql', '\\q', '0', ''],
      ['bash', 'whoami', '0', 'postgres'],
      ['bash', 'false', '1', ''],
    ]);
    expect(shell.context()).toEqual({ programs: ['sudo -iu postgres'] });
    await shell.type('exit');
    expect(shell.commands[0]).toMatchObject({ command: 'sudo -iu postgres', status: '1' });
  });

  test('statements over several lines, data for COPY and commands that fail', async () => {
    const psql = await open('psql', 'psql -d postgres');
    const records = await psql.type(
      'CREATE TEMP TABLE t (\n  i int, s text\n);\nCOPY t FROM STDIN;\n1\ta\n\\.\n\\d nosuch\n\\c nosuch\nSELECT s\nFROM t;',
    );
    expect(records.map(({ command, status }) => [command, status])).toEqual([
      ['CREATE TEMP TABLE t (\n  i int, s text\n);', '0'],
      ['COPY t FROM STDIN;', '0'],
      ['\\d nosuch', '1'],
      ['\\c nosuch', '1'],
      ['SELECT s\nFROM t;', '0'],
    ]);
    expect(records.at(-1)!.output).toBe(' s\n---\n a\n(1 row)');
  });

  test('a program that psql runs, and that fails, where psql tells', async () => {
    const psql = await open('programs', 'psql -d postgres');
    const records = await psql.type('\\! false\n\\! true\nSELECT 1 \\g |false\nSELECT 1;\n\\! true\n\\o |false\n\\o');
    const told = major >= 16 ? '1' : '0';
    expect(records.map(({ status }) => status)).toEqual([told, '0', told, '0', '0', '0', told]);
  });

  test('a terminal opened again is where it was', async () => {
    const first = await open('again');
    await first.type('cd /usr/lib\nA=1\npsql -d postgres\n\\c template1');
    const context = first.context();
    first.close();
    const second = await open('again', undefined, { context });
    expect(second.prompt).toMatchObject({ app: 'psql', database: 'template1' });
    await second.type('\\q');
    expect((await second.type('echo $A $PWD'))[0]!.output).toBe('1 /usr/lib');
  });
});
