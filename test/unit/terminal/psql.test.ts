import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CommandRecord, Terminal } from '../../../src/terminal/terminal.ts';
import { leftOut } from '../../leave-out.ts';
import { BINARIES, bash, Cluster } from './harness.ts';

const seen = ({ command, status, output }: CommandRecord) => ({ command, status, output });

const whyNot = existsSync(BINARIES) ? undefined : `there is no ${BINARIES}`;
describe.skipIf(whyNot)(`psql${leftOut(whyNot)}`, () => {
  let cluster: Cluster;
  let terminal: Terminal;
  beforeAll(() => {
    cluster = new Cluster();
  });
  afterAll(() => cluster.remove());
  beforeEach(async () => {
    terminal = bash(cluster.env);
    await terminal.type('psql');
  });
  afterEach(() => terminal.close());

  test('started in bash brings its prompt, while the command that started it runs', () => {
    expect(terminal.prompt).toEqual({ app: 'psql', continuation: false, database: 'postgres', port: 5432 });
    expect(terminal.running).toBeNull();
    expect(terminal.commands).toMatchObject([{ app: 'bash', command: 'psql', status: null }]);
  });

  const RUNNING = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(100);' AND state = 'active'";
  const LONG = 'w'.repeat(150);

  test.each<[string, string, string, string]>([
    ['a statement', 'SELECT 1 AS a;', '0', ' a\n---\n 1\n(1 row)'],
    ['one over several lines', 'SELECT 1\n  AS a\n;', '0', ' a\n---\n 1\n(1 row)'],
    ['one wider than the screen', `SELECT length('${LONG}') AS n;`, '0', '  n\n-----\n 150\n(1 row)'],
    ['unicode', "SELECT '你好 é' AS a;", '0', '   a\n--------\n 你好 é\n(1 row)'],
    ['one without rows', 'SET search_path = public;', '0', 'SET'],
    ['an error', 'SELECT 1/0;', '22012', 'ERROR:  division by zero'],
    ['a syntax error', 'SELEC;', '42601', 'ERROR:  syntax error at or near "SELEC"\nLINE 1: SELEC;\n        ^'],
    ['a comment inside', 'SELECT 1 AS a -- one\n;', '0', ' a\n---\n 1\n(1 row)'],
    ['a backslash command', '\\echo hi', '0', 'hi'],
    ['one that is not there', '\\nosuch', '1', 'invalid command \\nosuch\nTry \\? for help.'],
    ['one that finds nothing', '\\dt nosuch', '1', 'Did not find any relation named "nosuch".'],
    ['a file that is not there', '\\i /nosuch.sql', '1', '/nosuch.sql: No such file or directory'],
    ['\\copy from a file that is not there', '\\copy pg_am from /nosuch', '1', '/nosuch: No such file or directory'],
    ['a shell command', '\\! echo out', '0', 'out'],
    ['a shell command whose output looks like an error', '\\! echo FATAL: no', '0', 'FATAL: no'],
    ['a statement with its own backslash command', 'SELECT 1 AS a \\gx', '0', '-[ RECORD 1 ]\na | 1'],
  ])('knows %s exactly', async (_, command, status, output) => {
    expect((await terminal.type(command)).map(seen)).toEqual([{ command, status, output }]);
  });

  test('a wide result is joined again', async () => {
    const [record] = await terminal.type(`SELECT '${LONG}' AS x \\g (format=unaligned tuples_only=on)`);
    expect(record!.output).toBe(LONG);
  });

  test('a backslash command after an error has a status of its own', async () => {
    const records = await terminal.type('SELECT 1/0;\n\\echo fine\n\\nosuch');
    expect(records.map((r) => r.status)).toEqual(['22012', '0', '1']);
  });

  test('each statement of a block is a command', async () => {
    const records = await terminal.type(
      'CREATE TEMP TABLE t (\n  i int\n);\nINSERT INTO t VALUES (1);\n-- done\nTABLE t;',
    );
    expect(records.map((r) => [r.command, r.status])).toEqual([
      ['CREATE TEMP TABLE t (\n  i int\n);', '0'],
      ['INSERT INTO t VALUES (1);', '0'],
      ['TABLE t;', '0'],
    ]);
  });

  test('the data of COPY is typed, and is no part of the command or its output', async () => {
    const records = await terminal.type(
      'CREATE TEMP TABLE t (i int, s text);\nCOPY t FROM STDIN;\n1\tone\n2\ttwo\n\\.\nSELECT count(*) AS n FROM t;',
    );
    expect(records.map(seen).slice(1)).toEqual([
      {
        command: 'COPY t FROM STDIN;',
        status: '0',
        output: expect.stringMatching(/^Enter data.*\nEnd with.*signal\.\nCOPY 2$/),
      },
      { command: 'SELECT count(*) AS n FROM t;', status: '0', output: ' n\n---\n 2\n(1 row)' },
    ]);
  });

  // psql 15; the others know the SQLSTATE.
  test('COPY that is refused is no success', async () => {
    const [, copy] = await terminal.type('CREATE TEMP TABLE t (i int);\nCOPY t FROM STDIN;\nx\n\\.');
    expect(copy).toMatchObject({ status: '1', output: expect.stringContaining('invalid input syntax') });
  });

  test('Ctrl-C ends a statement, and one that was still being typed is thrown away', async () => {
    await terminal.typeBackground('SELECT pg_sleep(100);');
    // Before the server has it, psql throws it away, and it never was.
    await expect.poll(() => cluster.query(RUNNING)).toBe('1');
    await terminal.interrupt();
    terminal.write('SELECT\r');
    await expect.poll(() => terminal.prompt?.continuation).toBe(true);
    await terminal.interrupt();
    expect(terminal.commands.slice(1).map((c) => [c.command, c.status])).toEqual([['SELECT pg_sleep(100);', '57014']]);
  });

  test('a half-typed statement does not mix with a block', async () => {
    terminal.write('SELECT\r2, ');
    await expect.poll(() => terminal.prompt?.continuation).toBe(true);
    expect((await terminal.type('SELECT 1 AS a;')).map((r) => r.command)).toEqual(['SELECT 1 AS a;']);
  });

  test('a line found again in the history is read as it stands', async () => {
    await terminal.type("SELECT 'first' AS a;\nSELECT 'second' AS a;");
    const ended = new Promise<CommandRecord>((resolve) => terminal.on('commandEnd', resolve));
    terminal.write('\x12first\r');
    expect(seen(await ended)).toEqual({
      command: "SELECT 'first' AS a;",
      status: '0',
      output: '   a\n-------\n first\n(1 row)',
    });
  });

  test('\\c changes what the prompt and the context say', async () => {
    await terminal.type('\\c template1');
    expect(terminal.prompt).toMatchObject({ database: 'template1' });
    expect(terminal.context()).toEqual({ programs: ['psql'], database: 'template1', port: 5432 });
  });

  test('a connection that fails keeps the one before', async () => {
    const [record] = await terminal.type('\\c nosuch');
    expect(record).toMatchObject({ status: '1', output: expect.stringContaining('database "nosuch" does not exist') });
    expect(terminal.prompt).toMatchObject({ database: 'postgres' });
  });

  test('\\q ends it, with the command that started it', async () => {
    const records = await terminal.type('\\q\necho back');
    expect(records.map((r) => [r.app, r.command, r.status])).toEqual([
      ['psql', '\\q', '0'],
      ['bash', 'echo back', '0'],
    ]);
    expect(terminal.commands[0]).toMatchObject({ command: 'psql', status: '0' });
    expect(terminal.context()).toEqual({ programs: [] });
  });

  test('Ctrl-D ends it as well, and is no command', async () => {
    terminal.write('\x04');
    await expect.poll(() => terminal.prompt?.app).toBe('bash');
    expect(terminal.commands.map((c) => [c.command, c.status])).toEqual([['psql', '0']]);
  });

  test('one inside another is told apart', async () => {
    await terminal.type('\\! psql -d template1');
    expect(terminal.prompt).toMatchObject({ database: 'template1' });
    expect(terminal.context().programs).toEqual(['psql', '\\! psql -d template1']);
    await terminal.type('SELECT 1 AS a;\n\\q');
    expect(terminal.prompt).toMatchObject({ database: 'postgres' });
    expect(terminal.commands.map((c) => [c.command, c.status])).toEqual([
      ['psql', null],
      ['\\! psql -d template1', '0'],
      ['SELECT 1 AS a;', '0'],
      ['\\q', '0'],
    ]);
  });

  test('a connection that is cut is an error, and psql makes a new one', async () => {
    const [record] = await terminal.type('SELECT pg_terminate_backend(pg_backend_pid());');
    expect(record!.status).not.toBe('0');
    expect((await terminal.type('SELECT 1 AS a;'))[0]).toMatchObject({ status: '0' });
  });

  test('a long result waits in the pager, which interrupt leaves', async () => {
    await terminal.typeBackground('SELECT * FROM generate_series(1, 500);');
    await expect.poll(() => terminal.screen.text().split('\n').at(-1)).toBe(':');
    await terminal.interrupt();
    expect(terminal.prompt).toMatchObject({ app: 'psql', continuation: false });
  });

  test('the tab says what it is at', async () => {
    const at = { at: 'psql', waits: 'command', typed: '', open: '', connected: true, database: 'postgres', port: 5432 };
    const comes = (state: object) => expect.poll(() => terminal.state).toEqual(state);
    await comes(at);
    terminal.write('ls\r');
    await comes({ ...at, waits: 'more', typed: 'ls' });
    terminal.write("-l 'a\r");
    await comes({ ...at, waits: 'more', typed: "ls\n-l 'a", open: "'" });
    await terminal.interrupt();
    terminal.write('CREATE TEMP TABLE t (\r');
    await comes({ ...at, waits: 'more', typed: 'CREATE TEMP TABLE t (', open: '(' });
    terminal.write('i int);\rCOPY t FROM STDIN;\r');
    await comes({ ...at, waits: 'data', typed: 'COPY t FROM STDIN;' });
    await terminal.interrupt();
    terminal.write('SELECT pg_sleep(100);\r');
    await comes({ at: 'program', app: 'psql', command: 'SELECT pg_sleep(100);' });
    await terminal.interrupt();
    terminal.write('SELECT * FROM generate_series(1, 500);\r');
    await comes({ at: 'pager', app: 'psql', command: 'SELECT * FROM generate_series(1, 500);' });
    await terminal.interrupt();
    await terminal.type('\\q');
    await comes({ at: 'bash', waits: 'command', typed: '', cwd: '/tmp' });
  });

  test('a connection that cannot be made again is seen in what the tab is at', async () => {
    await terminal.type(
      "CREATE DATABASE closed;\n\\c closed\nUPDATE pg_database SET datallowconn = false WHERE datname = 'closed';",
    );
    await terminal.type('SELECT pg_terminate_backend(pg_backend_pid());');
    expect(terminal.state).toMatchObject({ at: 'psql', waits: 'command', connected: false });
  });
});
