import { beforeAll, describe, expect, test } from 'vitest';
import type { ArchiveAssertion, BackupAssertion, ClusterAssertion, FileAssertion } from '../../src/model/check.ts';
import { checkOf, useChecks } from './check-lab.ts';
import { forEachRuntime, major } from './runtimes.ts';

forEachRuntime((runtime) => {
  const { context, sh, see, settle } = useChecks(runtime);

  describe('a file', () => {
    const file = (path: string, more: Omit<FileAssertion, 'kind' | 'path'> = {}) =>
      see({ kind: 'file', path, ...more });
    beforeAll(() =>
      sh(
        `mkdir -m 750 '/tmp/a folder' && cd '/tmp/a folder' && printf 'one\\ntwo\\n' >text && chmod 640 text && ln -s text link
       ln -s nowhere dangling; touch 000000010000000000000003.partial; chown -h nobody link
       mkdir empty; tar -cf plain.tar text; tar -czf packed.tar.gz text; head -c 100 packed.tar.gz >cut.tar.gz
       printf '\\x28\\xb5\\x2f\\xfdxxxx' >a.tar.zst`,
        'root',
      ),
    );
    const at = (name: string) => `/tmp/a folder/${name}`;

    test('is there or is not', async () => {
      expect(await file(at('text'))).toBe('pass');
      expect(await file(at('text'), { exists: false })).toBe('/tmp/a folder/text exists');
      expect(await file(at('none'))).toBe('/tmp/a folder/none does not exist');
      expect(await file(at('none'), { exists: false })).toBe('pass');
      expect(await file(at('dangling'))).toBe('/tmp/a folder/dangling does not exist');
    });

    test('that is missing satisfies nothing that is said of it, not even what is negated', async () => {
      expect(await file(at('none'), { owner: { name: 'postgres', negated: true } })).toMatch(/does not exist/);
    });

    test('has an owner, a mode and a size, seen through links', async () => {
      expect(
        await file(at('link'), { owner: { name: 'root', negated: false }, mode: { mode: '0640', negated: false } }),
      ).toBe('pass');
      expect(await file(at('text'), { owner: { name: 'postgres', negated: false } })).toBe('owned by root');
      expect(await file(at('text'), { owner: { name: 'root', negated: true } })).toBe('owned by root');
      expect(await file('/tmp/a folder', { mode: { mode: '0700', negated: false } })).toBe('mode 0750');
      expect(await file(at('text'), { size: 8 })).toBe('pass');
      expect(await file(at('text'), { size: 9 })).toBe('8 bytes');
    });

    test('is searched for a pattern, line by line', async () => {
      expect(await file(at('text'), { matches: { pattern: '^two$', negated: false } })).toBe('pass');
      expect(await file(at('text'), { matches: { pattern: 'three', negated: false } })).toBe('no such text');
      expect(await file(at('text'), { matches: { pattern: 'two', negated: true } })).toBe('such text');
      expect(await file('/tmp/a folder', { matches: { pattern: 'two', negated: false } })).toBe('a directory');
      expect(await file(at('text'), { matches: { pattern: '(', negated: false } })).toBe(
        'broken: /(/ is no regular expression.',
      );
    });

    test('may be a directory with a .partial segment', async () => {
      expect(await file('/tmp/a folder', { partial: true })).toBe('pass');
      expect(await file('/tmp/a folder', { partial: false })).toBe('000000010000000000000003.partial');
      expect(await file(at('empty'), { partial: true })).toBe('no .partial segment');
    });

    test('may be a tar archive, compressed or not', async () => {
      expect(await file(at('plain.tar'), { tarContains: '^text$' })).toBe('pass');
      expect(await file(at('packed.tar.gz'), { tarContains: '^text$' })).toBe('pass');
      expect(await file(at('plain.tar'), { tarContains: 'other' })).toBe('no such member in it');
      expect(await file(at('cut.tar.gz'), { tarContains: 'text' })).toBe('a file that is no complete tar archive');
      expect(await file(at('text'), { tarContains: 'text' })).toBe('a file that is no complete tar archive');
      expect(await file(at('a.tar.zst'), { tarContains: 'text' })).toMatch(/^broken: .*zstd is not installed/);
    });
  });

  describe('a command', () => {
    const command = (command: string, exit = 0, matches?: string) =>
      see({ kind: 'command', command, user: 'student', exit, matches });

    test('is judged by its exit status and what it prints', async () => {
      expect(await command('id -un', 0, '^student$')).toBe('pass');
      expect(await command('echo oh >&2; exit 3', 3, '^oh$')).toBe('pass');
      expect(await command('echo oh >&2; exit 3')).toBe('exit status 3: oh');
      expect(await command('echo other', 0, '^one$')).toBe('other');
      expect(await command('true', 0, '^one$')).toBe('no output');
    });
  });

  describe('a process', () => {
    const process = (pattern: string, running = true, user?: string) =>
      see({ kind: 'process', pattern, running, user });

    test('is found by its command line and its user', async () => {
      expect(await process('postgres: .*checkpointer')).toBe('pass');
      expect(await process('checkpointer', true, 'postgres')).toBe('pass');
      expect(await process('checkpointer', true, 'student')).toBe('one that runs as postgres');
      expect(await process('checkpointer', false)).toMatch(/^process \d+ of postgres$/);
      expect(await process('pg_receivewal')).toBe('no such process');
      expect(await process('pg_receivewal', false)).toBe('pass');
    });

    test('is none that checks themselves run', async () => {
      await context().sql.query('main', 'SELECT 1');
      expect(await process('^ps |socat', false)).toBe('pass');
    });
  });

  describe('a slot', () => {
    const slot = (is: 'present' | 'absent' | 'active' | 'inactive', cluster = 'main') =>
      see({ kind: 'slot', slot: 'keep', cluster, is });

    test('is there or not, in use or not', async () => {
      expect(await slot('present')).toBe('no slot of that name');
      expect(await slot('absent')).toBe('pass');
      await sh(`psql -qAtc "SELECT pg_create_physical_replication_slot('keep')"`);
      expect(await slot('absent')).toBe('a slot that nobody uses');
      expect(await slot('inactive')).toBe('pass');
      expect(await slot('active')).toBe('a slot that nobody uses');
      expect(await slot('absent', 'replica')).toBe('the cluster replica is not running');
      await sh(`psql -qAtc "SELECT pg_drop_replication_slot('keep')"`);
    });
  });

  describe('an archive', () => {
    const archive = (more: Omit<ArchiveAssertion, 'kind' | 'directory'> = {}, directory = '/tmp/wal') =>
      see({ kind: 'archive', directory, ...more });
    const receive = (options = '') =>
      sh(`(setsid pg_receivewal -D /tmp/wal --synchronous -S arc ${options} >/dev/null 2>&1 &)`);
    const name = (number: number) => `0000000100000000000000${number.toString(16).toUpperCase().padStart(2, '0')}`;

    test('follows what the cluster writes, to the byte', async () => {
      expect(await archive()).toBe('there is no directory /tmp/wal');
      await sh('mkdir /tmp/wal && pg_receivewal -D /tmp/wal -S arc --create-slot');
      expect(await archive()).toBe('no WAL segments');
      await receive();
      const reaches = checkOf(
        { kind: 'archive', directory: '/tmp/wal', upTo: 'main', partial: true },
        { within: 30_000 },
      );
      await sh('psql -qAtc "CREATE TABLE w AS SELECT generate_series(1, 1000) AS id" -c "SELECT pg_switch_wal()"');
      await sh('psql -qAtc "INSERT INTO w VALUES (0)"');
      expect(await settle(reaches)).toEqual({ status: 'pass' });
      expect(await archive({ partial: false })).toMatch(/\.partial at the end$/);
      await sh('kill -9 $(pgrep -x pg_receivewal); psql -qAtc "INSERT INTO w VALUES (0)"');
      expect(await archive({ upTo: 'main' })).toMatch(
        /^the newest of what main has written is not in .*\.partial yet$/,
      );
      await sh('psql -qAtc "SELECT pg_switch_wal()" -c "INSERT INTO w VALUES (0)"');
      expect(await archive({ upTo: 'main' })).toMatch(/, which main writes to, is not in the archive$/);
      expect(await archive({ upTo: 'replica' })).toBe('the cluster replica is not running');
    });

    test('covers a range, and names what is missing or wrong', async () => {
      const files = (await sh('ls /tmp/wal')).split('\n');
      const first = parseInt(files[0]!.slice(-2), 16);
      expect(files[0]).toBe(name(first));
      expect(await archive({ from: name(first), to: name(first + 1) })).toBe('pass');
      expect(await archive({ from: name(first - 1) })).toBe(`${name(first - 1)} is missing`);
      expect(await archive({ to: name(first + 2) })).toBe(`${name(first + 2)} is missing`);
      expect(await archive({ to: 'x' })).toBe('broken: x is no name of a WAL segment.');
      await sh(`cp /tmp/wal/${name(first)} /tmp/wal/${name(first + 3)}`);
      expect(await archive()).toBe(`${name(first + 1)} is only there as .partial`);
      await sh(
        `rm /tmp/wal/${name(first + 3)}; printf X | dd of=/tmp/wal/${name(first)} bs=1 seek=9000 conv=notrunc 2>&1`,
      );
      await receive();
      await expect.poll(() => archive({ upTo: 'main' })).toBe(`${name(first)} differs from what main wrote`);
      const isFree = '[ "$(psql -XAtc "SELECT active FROM pg_replication_slots WHERE slot_name = \'arc\'")" = f ]';
      await sh(`kill $(pgrep -x pg_receivewal); until ${isFree}; do sleep 0.02; done`);
      await sh('psql -qAtc "SELECT pg_drop_replication_slot(\'arc\')"');
    });
  });

  describe('a backup', () => {
    const backup = (name: string, more: Omit<BackupAssertion, 'kind' | 'directory'> = {}) =>
      see({ kind: 'backup', directory: `/tmp/b/${name}`, ...more });
    const all = { verifies: true, manifest: true, label: true, wal: true };

    beforeAll(async () => {
      await sh(`mkdir /tmp/b /tmp/space && psql -qc "CREATE TABLESPACE space LOCATION '/tmp/space'" -c 'CREATE TABLE s () TABLESPACE space'
       pg_basebackup -c fast -D /tmp/b/tar -Ft -z
       pg_basebackup -c fast -D /tmp/b/fetch -Ft -X fetch
       psql -qc 'DROP TABLE s' -c 'DROP TABLESPACE space'
       pg_basebackup -c fast -D /tmp/b/plain && cp -a /tmp/b/plain /tmp/b/flipped && cp -a /tmp/b/plain /tmp/b/bare
       pg_basebackup -c fast -D /tmp/b/none -X none 2>/dev/null
       cp -a /tmp/b/tar /tmp/b/cut && truncate -s 1M /tmp/b/cut/base.tar.gz
       printf XXXX | dd of=/tmp/b/flipped/global/1260 bs=1 seek=4000 conv=notrunc 2>/dev/null
       rm /tmp/b/bare/backup_manifest /tmp/b/bare/backup_label; mkdir /tmp/b/empty`);
    });

    test('in plain or tar format is whole', async () => {
      expect(await backup('plain', all)).toBe('pass');
      expect(await backup('tar', all)).toBe('pass');
      expect(await backup('fetch', all)).toBe('pass');
    });

    test('without its WAL is told from one with it, and still verifies', async () => {
      expect(await backup('none', { ...all, wal: false })).toBe('pass');
      expect(await backup('none', { wal: true })).toBe('one without it');
      // As pg_verifybackup says it, unless the check says that there is to be none.
      expect(await backup('none', { verifies: true })).toMatch(/^(could not|WAL)/);
      expect(await backup('plain', { wal: false })).toBe('one with it');
    });

    test('that is damaged does not verify', async () => {
      expect(await backup('flipped', { verifies: true })).toBe('checksum mismatch for file "global/1260"');
      expect(await backup('flipped', { verifies: false })).toBe('pass');
      expect(await backup('plain', { verifies: false })).toBe('pg_verifybackup agrees');
      expect(await backup('cut', { manifest: true })).toBe('a base.tar that is damaged, or not finished yet');
    });

    test('lacks what it lacks', async () => {
      expect(await backup('bare', { verifies: true })).toBe('one without it');
      expect(await backup('bare', { label: true })).toBe('one without it');
      expect(await backup('bare', { label: false, manifest: false })).toBe('pass');
      expect(await backup('empty', {})).toBe('no base backup in it');
      expect(await backup('nowhere', {})).toBe('there is no directory /tmp/b/nowhere');
    });

    test('leaves nothing behind of its verification', async () => {
      expect(await sh('ls -d /tmp/tmp.* 2>/dev/null | wc -l')).toBe('0');
    });
  });

  describe('a cluster', () => {
    type Is = NonNullable<ClusterAssertion['is']>['state'];
    const cluster = (name: string, is?: Is, timeline?: number) =>
      see({ kind: 'cluster', cluster: name, is: is && { state: is, negated: false }, timeline });
    const not = (name: string, state: Is) => see({ kind: 'cluster', cluster: name, is: { state, negated: true } });
    const data = () => `/var/lib/postgresql/${major}/replica`;
    const control = (verb: string) => sh(`pg_ctlcluster ${major} replica ${verb}`, 'root');

    test('is a primary, or stopped', async () => {
      expect(await cluster('main', 'running', 1)).toBe('pass');
      expect(await cluster('main', 'primary')).toBe('pass');
      expect(await cluster('main', 'standby')).toBe('running as a primary');
      expect(await not('main', 'primary')).toBe('running as a primary');
      expect(await cluster('replica', 'running')).toBe('stopped');
      expect(await cluster('replica', 'stopped', 1)).toBe('pass');
      expect(await cluster('replica', 'stopped', 2)).toBe('timeline 1');
      expect(await not('replica', 'running')).toBe('pass');
    });

    test('that starts up and cannot be asked yet is not running', async () => {
      await sh(`rm -rf ${data()} && cp -a /tmp/b/none ${data()} && touch ${data()}/recovery.signal`);
      await sh(`echo "restore_command = 'sleep 1000; false'" >>${data()}/postgresql.auto.conf`);
      await sh(`(setsid pg_ctlcluster ${major} replica start >/dev/null 2>&1 &)`, 'root');
      const starting = checkOf(
        { kind: 'cluster', cluster: 'replica', is: { state: 'stopped', negated: true } },
        { within: 30_000 },
      );
      expect(await settle(starting)).toEqual({ status: 'pass' });
      expect(await cluster('replica', 'running')).toMatch(/^starting up/);
      expect(
        await see({
          kind: 'sql',
          query: 'SELECT 1',
          cluster: 'replica',
          database: 'postgres',
          expect: { type: 'equals', value: '1' },
        }),
      ).toMatch(/^the cluster replica is starting up.* and takes no connections yet$/);
      const restoring = 'pgrep -u postgres -x sleep >/dev/null';
      await sh(
        `until ${restoring}; do :; done; kill -9 $(head -n 1 ${data()}/postmaster.pid); pkill -u postgres -x sleep`,
      );
      await expect.poll(() => cluster('replica', 'stopped')).toBe('pass');
    });

    test('follows as a standby, even where nobody may connect', async () => {
      await sh(`rm -rf ${data()} && pg_basebackup -c fast -R -D ${data()}`);
      await control('start');
      expect(await cluster('replica', 'standby', 1)).toBe('pass');
      expect(await cluster('replica', 'in-recovery')).toBe('pass');
      expect(await cluster('replica', 'primary')).toBe('running as a standby');
      await control('stop');
      await sh(`echo hot_standby=off >>${data()}/postgresql.auto.conf`);
      await sh(`(setsid pg_ctlcluster ${major} replica start >/dev/null 2>&1 &)`, 'root');
      const standby = checkOf(
        { kind: 'cluster', cluster: 'replica', is: { state: 'standby', negated: false } },
        { within: 30_000 },
      );
      expect(await settle(standby)).toEqual({ status: 'pass' });
      await control('stop');
      await sh(`sed -i /hot_standby/d ${data()}/postgresql.auto.conf`);
      await control('start');
    });

    test('is on the next timeline as soon as it is promoted, and when it is stopped', async () => {
      await control('promote');
      const promoted = checkOf({ kind: 'cluster', cluster: 'replica', timeline: 2 }, { within: 30_000 });
      expect(await settle(promoted)).toEqual({ status: 'pass' });
      expect(await cluster('replica', 'primary', 1)).toBe('timeline 2');
      await control('stop');
      expect(await cluster('replica', 'stopped', 2)).toBe('pass');
    });

    test('without a data directory is said to have none', async () => {
      await sh(`mv ${data()} /tmp/away`);
      expect(await cluster('replica', 'running')).toBe('without a data directory');
    });
  });
});
