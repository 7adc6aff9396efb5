import { afterAll, expect, it as test } from 'vitest';
import { openTerminal } from '../../src/terminal/open.ts';
import type { Terminal } from '../../src/terminal/terminal.ts';
import { SIZE } from '../unit/terminal/harness.ts';
import { forEachRuntime, sh, useLab } from './runtimes.ts';

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

  test.each([
    ["\\set PROMPT1 '%n@%/%R%# '", 'student@postgres=#'],
    ["\\set PROMPT1 '> ' \\set PROMPT2 ''", '>'],
    ["\\unset PROMPT1 \\unset PROMPT2 \\set PROMPT1 '$ '", '$'],
  ])('psql with a prompt of the learner’s is typed into all the same, and keeps it: %s', async (command, prompt) => {
    const psql = await open('psql', 'psql -d postgres');
    psql.write(`${command}\r`);
    await expect.poll(() => psql.state).toMatchObject({ at: 'line-editor', app: 'psql' });
    psql.write('half typed');
    const records = await psql.type('SELECT 1\n  AS a;\nSELECT 1/0;');
    expect(records.map((record) => [record.command, record.status])).toEqual([
      ['SELECT 1\n  AS a;', '0'],
      ['SELECT 1/0;', '22012'],
    ]);
    expect(psql.screen.text().split('\n').at(-1)).toBe(prompt);
  });

  test('psql with a prompt of a ~/.psqlrc is typed into as well', async () => {
    await sh(lab(), `echo "\\set PROMPT1 'mine '" >~/.psqlrc`, 'student');
    try {
      const psql = await open('psql', 'psql -d postgres');
      expect((await psql.type('SELECT 1/0;'))[0]).toMatchObject({ app: 'psql', status: '22012' });
    } finally {
      await sh(lab(), 'rm ~/.psqlrc', 'student');
    }
  });

  test.each([
    ['~/.bashrc ends it', 'echo exit >>~student/.bashrc', 'cp /etc/skel/.bashrc ~student'],
    ['/etc/bash.bashrc ends it', 'sed -i.was 1iexit /etc/bash.bashrc', 'mv /etc/bash.bashrc.was /etc/bash.bashrc'],
    ['its home is gone', 'mv ~student /tmp/home', 'mv /tmp/home ~student'],
    ['its home is closed', 'chmod 000 ~student', 'chmod 700 ~student'],
  ])('a shell opens although %s', async (_, deed, undo) => {
    await sh(lab(), deed);
    try {
      const shell = await open('kept-out');
      expect((await shell.type('id -un; false'))[0]).toMatchObject({ status: '1', output: 'student' });
    } finally {
      await sh(lab(), undo);
    }
  });

  test('without a pager nothing waits for a key, whoever one becomes', async () => {
    const shell = await open('plain', undefined, { pager: false });
    const records = await shell.type(
      'sudo -iu postgres\necho $PAGER\npsql -c "SELECT * FROM generate_series(1, 200) i"\nman -k . 2>&1 | $PAGER | head -1\npsql\nSELECT * FROM generate_series(1, 200) i;',
      { timeout: 30_000 },
    );
    expect(records[1]).toMatchObject({ command: 'echo $PAGER', output: 'cat' });
    expect(records.at(-1)).toMatchObject({ app: 'psql', status: '0', output: expect.stringMatching(/\(200 rows\)$/) });
    expect((await (await open('usual')).type('sudo -iu postgres\necho $PAGER')).at(-1)).toMatchObject({
      output: 'less',
    });
  });

  test('values of several lines, and what else a shell is made of, are there when it is opened again', async () => {
    const first = await open('state');
    await first.type(
      "A='one\ntwo'\nB=$'x\\n\\'y\\n)'\nexport C=3\nL=('1\n2' 3)\nstatus=kept\nalias ll='ls -l'\numask 027\nE=\ndeclare -A M=([k]=$'v\\nw')",
    );
    first.close();
    const second = await open('state');
    const [record] = await second.type(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is for bash.
      'echo "$A,$B,$C,${L[*]},$status,${M[k]},$(umask),${E-unset}."; env | grep -c ^C=; alias ll',
    );
    expect(record!.output).toBe("one\ntwo,x\n'y\n),3,1\n2 3,kept,v\nw,0027,.\n1\nalias ll='ls -l'");
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
