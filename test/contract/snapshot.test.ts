import { expect, it } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { forEachRuntime, sh, specOf, sql, useLab } from './runtimes.ts';
import { Screen } from './screen.ts';

const countOf = (lab: Lab, table: string, port?: number) => sql(lab, `SELECT count(*) FROM ${table}`, port);

/** The state letters of all processes of a lab but the one that asks. */
const states = (lab: Lab) => sh(lab, 'ps -eo stat= | cut -c1 | sort -u | tr -d "\\n"');

forEachRuntime((runtime) => {
  const lab = useLab(runtime);

  it('goes back to a snapshot: what came later is gone, what was deleted is there, what was deleted before stays so', async () => {
    await sql(lab(), 'CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n');
    await sh(
      lab(),
      'rm /etc/hostname.old /usr/bin/nano 2>/dev/null; rm -r /etc/skel && mkdir /etc/skel; echo before >/srv/file; touch /srv/gone-later',
    );
    const snapshot = await lab().snapshot();
    await sql(lab(), 'DROP TABLE kept; CREATE TABLE later (n int)');
    await sh(lab(), 'echo after >/srv/file; rm /srv/gone-later; touch /srv/later; echo x >/usr/bin/nano');
    await lab().restore(snapshot);
    expect(await countOf(lab(), 'kept')).toBe('1000');
    expect(await sql(lab(), "SELECT to_regclass('later') IS NULL")).toBe('t');
    expect(await sh(lab(), 'cat /srv/file; ls /srv; ls -A /etc/skel; test ! -e /usr/bin/nano && echo no nano')).toBe(
      'before\nfile\ngone-later\nno nano',
    );
    // The same once more: a snapshot is not used up.
    await sh(lab(), 'rm -rf /srv/*');
    await lab().restore(snapshot);
    expect(await sh(lab(), 'ls /srv')).toBe('file\ngone-later');
    await runtime.removeSnapshot(snapshot);
  });

  it('starts again those clusters that ran, and no others', async () => {
    await sh(lab(), `pg_ctlcluster ${lab().major} replica start`);
    const both = await lab().snapshot();
    await sh(lab(), `pg_ctlcluster ${lab().major} main stop -m fast`);
    const one = await lab().snapshot();
    await lab().restore(both);
    expect(await sql(lab(), 'SELECT 1', 5432)).toBe('1');
    expect(await sql(lab(), 'SELECT 1', 5433)).toBe('1');
    await lab().restore(one);
    expect(await sql(lab(), 'SELECT 1', 5433)).toBe('1');
    expect((await lab().exec(['pg_isready', '-p', '5432'])).exitCode).toBe(2);
    await sh(lab(), `pg_ctlcluster ${lab().major} main start; pg_ctlcluster ${lab().major} replica stop -m fast`);
  });

  it('keeps owners, modes, links and times of files', async () => {
    const make =
      'mkdir /srv/tree; cd /srv/tree; echo a >a; ln a hard; ln -s a soft; chmod 4755 a; chown postgres:tty a; touch -d 2001-02-03 a';
    const look = 'cd /srv/tree; stat -c "%n %U:%G %a %h %s %F" *; stat -c %y a; getfacl a 2>/dev/null || true';
    await sh(lab(), make);
    const before = await sh(lab(), look);
    const snapshot = await lab().snapshot();
    await sh(lab(), 'rm -r /srv/tree');
    await lab().restore(snapshot);
    expect(await sh(lab(), look)).toBe(before);
  });

  it('leaves nothing frozen, and a terminal with its command as they were', async () => {
    const shell = new Screen(
      await lab().openTerminal(['bash', '--norc', '-i'], {
        user: 'student',
        columns: 80,
        rows: 24,
        env: { PS1: '$ ' },
      }),
    );
    await shell.sees(/\$ /);
    shell.type('cat\r');
    await shell.sees(/cat\r\n/);
    const stream = await lab().connect(['cat']);
    for (let round = 0; round < 3; round++) await lab().snapshot();
    // What has just ended may not have been reaped yet.
    await expect.poll(() => states(lab())).toMatch(/^[DIRS]+$/);
    shell.type('still here\r');
    await shell.sees(/still here\r\nstill here/);
    expect(shell.text).not.toMatch(/Stopped/);
    shell.type('\x03');
    await shell.sees(/\$ /);
    expect(await shell.runs('echo $((6 * 7))')).toMatch(/42/);
    stream.write('and here');
    await new Promise<void>((resolve) => stream.once('data', () => resolve()));
    stream.destroy();
    shell.type('exit\r');
    await shell.ended;
  });

  it('leaves what was suspended before as it was', async () => {
    await sh(
      lab(),
      'sleep 4730 >/dev/null 2>&1 & until [ "$(</proc/$!/comm)" = sleep ]; do :; done; kill -STOP $!',
      'student',
    );
    await lab().snapshot();
    expect(await sh(lab(), 'ps -o stat= -p $(pgrep -f "[s]leep 4730")')).toMatch(/^T/);
    await sh(lab(), 'pkill -KILL -f "[s]leep 4730"');
  });

  it('holds still a server that is writing: every committed row of before is in the snapshot', async () => {
    await sql(lab(), 'CREATE TABLE busy (n int)');
    const writer = sh(
      lab(),
      `for i in $(seq 15); do psql -XqAt -d postgres -c "INSERT INTO busy SELECT generate_series(1, 1000)"; done`,
      'postgres',
    );
    const snapshot = await lab().snapshot();
    await writer;
    expect(await countOf(lab(), 'busy')).toBe('15000');
    await lab().restore(snapshot);
    expect(Number(await countOf(lab(), 'busy')) % 1000).toBe(0);
    expect(await sql(lab(), 'INSERT INTO busy VALUES (1) RETURNING n')).toContain('1');
  });

  it('ends terminals and connections when it is put back, and is not gone', async () => {
    const snapshot = await lab().snapshot();
    const screen = new Screen(await lab().openTerminal(['sleep', '4731'], { user: 'student', columns: 80, rows: 24 }));
    const stream = await lab().connect(['cat']);
    const closed = new Promise<void>((resolve) => stream.on('error', () => {}).once('close', resolve));
    stream.resume();
    await lab().restore(snapshot);
    await screen.ended;
    await closed;
    expect(lab().gone.aborted).toBe(false);
  });

  it('is where another lab can start from, which then goes its own way', async () => {
    await sql(lab(), 'CREATE TABLE shared (n int); INSERT INTO shared VALUES (1)');
    const from = await lab().snapshot();
    const [a, b] = await Promise.all([runtime.create(specOf({ from })), runtime.create(specOf({ from }))]);
    try {
      expect(new Set([a.id, b.id, lab().id]).size).toBe(3);
      await sql(a, 'INSERT INTO shared VALUES (2)');
      expect(await Promise.all([a, b, lab()].map((each) => countOf(each, 'shared')))).toEqual(['2', '1', '1']);
    } finally {
      await Promise.all([a.remove(), b.remove()]);
    }
    expect(await countOf(lab(), 'shared')).toBe('1');
  });

  it('lets a replication slot of before be dropped, in a copy and after it was put back', async () => {
    const drop = "SELECT pg_drop_replication_slot('before')";
    await sql(lab(), "SELECT pg_create_physical_replication_slot('before', true)");
    const snapshot = await lab().snapshot();
    const copy = await runtime.create(specOf({ from: snapshot }));
    try {
      await sql(copy, drop);
      await lab().restore(snapshot);
      await sql(lab(), drop);
    } finally {
      await copy.remove();
    }
  });

  it('can be removed while a copy goes on', async () => {
    await sh(lab(), 'mkdir /srv/deep && seq 100 >/srv/deep/never-read');
    const from = await lab().snapshot();
    const copy = await runtime.create(specOf({ from }));
    try {
      await runtime.removeSnapshot(from);
      expect(await sh(copy, 'md5sum </srv/deep/never-read')).toBe(await sh(lab(), 'md5sum </srv/deep/never-read'));
      expect(await sql(copy, 'CREATE TABLE own AS SELECT 1 AS n; SELECT n FROM own')).toContain('1');
    } finally {
      await copy.remove();
    }
  });
});

forEachRuntime((runtime) => {
  it('keeps its data and its running clusters when it is stopped and resumed', async () => {
    const first = await runtime.create(specOf({ keep: true }));
    try {
      await sql(first, 'CREATE TABLE kept AS SELECT 1 AS n');
      await sh(first, `pg_ctlcluster ${first.major} replica start; echo note >/home/student/note`);
      await expect(runtime.resume(first.id)).rejects.toMatchObject({ code: 'lab-in-use' });
      await first.stop();
      expect(first.gone.aborted).toBe(false);
      expect((await runtime.labs()).find(({ id }) => id === first.id)).toMatchObject({ running: false, keep: true });
      await expect(first.exec(['true'])).rejects.toMatchObject({ name: 'UserError' });

      const second = await runtime.resume(first.id);
      expect(second.id).toBe(first.id);
      expect(await sql(second, 'SELECT n FROM kept')).toBe('1');
      expect(await sql(second, 'SELECT 1', 5433)).toBe('1');
      expect(await sh(second, 'cat /home/student/note')).toBe('note');
      await second.stop();
    } finally {
      await runtime.removeLab(first.id);
    }
  });

  it('needs neither its snapshot nor the lab that it was a copy of, and can be copied in turn', async () => {
    const original = await runtime.create(specOf());
    const ids = [original.id];
    try {
      await sql(original, 'CREATE TABLE shared AS SELECT 1 AS n');
      const copy = await runtime.create(specOf({ from: await original.snapshot(), keep: true }));
      ids.push(copy.id);
      await sql(copy, 'INSERT INTO shared VALUES (2)');
      await copy.stop();
      await original.remove();

      const resumed = await runtime.resume(copy.id);
      const own = await resumed.snapshot();
      await sql(resumed, 'INSERT INTO shared VALUES (3)');
      const second = await runtime.create(specOf({ from: own }));
      ids.push(second.id);
      await resumed.restore(own);
      await resumed.remove();
      expect(await countOf(second, 'shared')).toBe('2');
    } finally {
      for (const id of ids) await runtime.removeLab(id);
    }
    const left = (await runtime.labs()).filter(({ id }) => ids.includes(id));
    expect(left).toEqual([]);
  });

  it('comes back, and is copied, while a server in it waits for WAL that never comes', async () => {
    const original = await runtime.create(specOf());
    const { major } = original;
    const data = `/var/lib/postgresql/${major}/replica`;
    const waiting = 'pgrep -f "^sleep 4732"';
    try {
      await sh(
        original,
        `rm -rf ${data} && pg_basebackup -c fast -X none -D ${data} && touch ${data}/recovery.signal
         echo "restore_command = 'sleep 4732'" >>${data}/postgresql.auto.conf
         (setsid pg_ctlcluster ${major} replica start >/dev/null 2>&1 &); until ${waiting}; do sleep 0.02; done`,
        'postgres',
      );
      const from = await original.snapshot();
      const copy = await runtime.create(specOf({ from }));
      try {
        expect(await sql(copy, 'SELECT 1')).toBe('1');
        expect(await sh(copy, waiting)).toMatch(/^\d+$/);
      } finally {
        await copy.remove();
      }
    } finally {
      await original.remove();
    }
  });

  it('does not resume a lab that is not there', async () => {
    await expect(runtime.resume('contract-000000')).rejects.toMatchObject({ code: 'lab-missing' });
    await runtime.removeLab('contract-000000');
  });
});
