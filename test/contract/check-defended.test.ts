import { describe, expect, test } from 'vitest';
import type { Assertion, ClusterAssertion, SlotAssertion, SqlAssertion } from '../../src/model/check.ts';
import { useChecks } from './check-lab.ts';
import { forEachRuntime, major } from './runtimes.ts';

type State = NonNullable<ClusterAssertion['is']>['state'];

const is = (state: State, cluster = 'main'): Assertion => ({
  kind: 'cluster',
  cluster,
  is: { state, negated: false },
});
const sql = (query: string, expected: string | SqlAssertion['expect'], database = 'postgres'): Assertion => ({
  kind: 'sql',
  query,
  cluster: 'main',
  database,
  expect: typeof expected === 'string' ? { type: 'equals', value: expected } : expected,
});
const slot = (name: string, state: SlotAssertion['is']): Assertion => ({
  kind: 'slot',
  slot: name,
  cluster: 'main',
  is: state,
});
const command = (text: string, exit = 0): Assertion => ({ kind: 'command', command: text, user: 'student', exit });

const ONE = sql('SELECT 1', '1');
const config = `/etc/postgresql/${major}/main`;
const data = `/var/lib/postgresql/${major}/main`;
// pg_ctlcluster waits in whole seconds, and for a socket where it expects it.
const restart = `runuser -u postgres -- /usr/lib/postgresql/${major}/bin/pg_ctl restart -s -m fast -D ${data} -l /dev/null -o '-c config_file=${config}/postgresql.conf'`;
const reload = `pg_ctlcluster ${major} main reload`;
const forget = `echo | sudo -u postgres tee ${data}/postgresql.auto.conf`;
/** As a superuser whom nothing below keeps out, through a socket that is given. */
const as = (user: string, ...statements: string[]) =>
  `sudo -u ${user} psql -X -q -v ON_ERROR_STOP=1 -d ${user === 'student' ? 'student' : 'template1'} ` +
  statements.map((statement) => `-c "${statement}"`).join(' ');
const settings = (target: string, ...pairs: string[]) =>
  as('student', ...pairs.map((pair) => `ALTER ${target} SET ${pair}`));

interface Spoiling {
  what: string;
  since?: number;
  before?: number;
  /** What the runtimes have different rights for; the others are the server's, and tried in one. */
  everywhere?: true;
  /** Both of bash, run by root in the lab. */
  spoil: string;
  undo: string;
  /** What checks say meanwhile. */
  found: [Assertion, string | RegExp][];
}

const UP: Spoiling['found'] = [
  [ONE, 'pass'],
  [is('running'), 'pass'],
  [is('primary'), 'pass'],
  [is('stopped'), 'running as a primary'],
];
/** It is kept out of the database, and sees from outside how the server stands. */
const keptOut = (why: RegExp): Spoiling['found'] => [[ONE, why], ...UP.slice(1)];

const SPOILINGS: Spoiling[] = [
  {
    what: 'functions and views of their own before those of the server',
    spoil: as(
      'student',
      'CREATE SCHEMA evil',
      'CREATE FUNCTION evil.pg_is_in_recovery() RETURNS bool LANGUAGE sql AS \\$\\$ SELECT true \\$\\$',
      "CREATE VIEW evil.pg_stat_activity AS SELECT 'x' AS state",
      'ALTER ROLE postgres SET search_path = evil, pg_catalog',
      'ALTER DATABASE postgres SET search_path = evil, pg_catalog',
    ).replace('-d student', '-d postgres'),
    undo: as(
      'student',
      'DROP SCHEMA evil CASCADE',
      'ALTER ROLE postgres RESET ALL',
      'ALTER DATABASE postgres RESET ALL',
    ).replace('-d student', '-d postgres'),
    found: [...UP, [sql("SELECT count(*) FROM pg_stat_activity WHERE state = 'x'", '0'), 'pass']],
  },
  {
    what: 'settings of the role',
    spoil: settings(
      'ROLE postgres',
      'statement_timeout = 1',
      'idle_in_transaction_session_timeout = 1',
      'role = pg_monitor',
      "session_preload_libraries = 'nosuch'",
      "DateStyle = 'German'",
      "TimeZone = 'Asia/Tokyo'",
      'bytea_output = escape',
      'IntervalStyle = iso_8601',
      'extra_float_digits = -10',
      'transform_null_equals = on',
      'default_transaction_read_only = on',
      'session_replication_role = replica',
      'exit_on_error = on',
    ),
    undo: as('student', 'ALTER ROLE postgres RESET ALL'),
    found: [
      ...UP,
      [
        sql(
          `SELECT current_user, timestamptz '2024-02-03 04:05:06+00', '\\x00'::bytea, interval '1 day', 0.1::float8 + 0.2, NULL = NULL, pg_sleep(0.05)`,
          'postgres|2024-02-03 04:05:06+00|\\x00|1 day|0.30000000000000004||',
        ),
        'pass',
      ],
      [sql('CREATE TABLE one (); CREATE TABLE one ()', { type: 'error', sqlstate: '42P07' }), 'pass'],
    ],
  },
  {
    what: 'settings of the server that log or delay everything',
    spoil: `${as(
      'student',
      'ALTER SYSTEM SET log_min_duration_statement = 0',
      'ALTER SYSTEM SET post_auth_delay = 60',
      "ALTER SYSTEM SET log_statement = 'all'",
    )}; ${reload}; cp /var/log/postgresql/postgresql-${major}-main.log /tmp/before`,
    undo: `${forget}; ${reload}`,
    found: [
      ...UP,
      [
        command(`sudo diff /tmp/before /var/log/postgresql/postgresql-${major}-main.log | grep -c 'SELECT 1'`, 1),
        'pass',
      ],
    ],
  },
  {
    what: 'a trigger on logins',
    since: 17,
    spoil: as(
      'student',
      "CREATE FUNCTION no() RETURNS event_trigger LANGUAGE plpgsql AS \\$\\$ BEGIN RAISE 'no'; END \\$\\$",
      'CREATE EVENT TRIGGER no ON login EXECUTE FUNCTION no()',
    ).replace('-d student', '-d postgres'),
    undo: `sudo -u student PGOPTIONS='-c event_triggers=off' psql -qd postgres -c 'DROP EVENT TRIGGER no' -c 'DROP FUNCTION no'`,
    found: UP,
  },
  {
    what: 'the port of another cluster',
    everywhere: true,
    spoil: `${as('student', 'ALTER SYSTEM SET port = 5433')}; ${restart}`,
    undo: ':',
    found: [...UP, [is('stopped', 'replica'), 'pass'], [is('running', 'replica'), 'stopped']],
  },
  {
    what: 'another port and another socket directory',
    spoil: `${as('student', 'ALTER SYSTEM SET port = 5499', "ALTER SYSTEM SET unix_socket_directories = '/tmp'").replace('psql', 'psql -p 5433')}; ${restart}`,
    undo: `${forget}; ${restart}`,
    found: UP,
  },
  {
    what: 'a socket that is gone',
    spoil: `mv /var/run/postgresql/.s.PGSQL.5432 /var/run/postgresql/away`,
    undo: `mv /var/run/postgresql/away /var/run/postgresql/.s.PGSQL.5432`,
    found: keptOut(/^broken: The cluster main runs, but checks cannot reach it by its Unix socket: /),
  },
  {
    what: 'a left-over postmaster.pid that names another server',
    everywhere: true,
    spoil: `cp -a ${data}/postmaster.pid /var/lib/postgresql/${major}/replica/`,
    undo: `rm /var/lib/postgresql/${major}/replica/postmaster.pid`,
    found: [...UP, [is('stopped', 'replica'), 'pass']],
  },
  {
    what: 'the database postgres closed',
    spoil: as('student', 'ALTER DATABASE postgres ALLOW_CONNECTIONS false'),
    undo: as('student', 'ALTER DATABASE postgres ALLOW_CONNECTIONS true'),
    found: [
      ...keptOut(/^broken: The database postgres of the cluster main lets nobody in\. .*ALTER DATABASE postgres ALLOW/),
      [sql('SELECT current_database()', 'student', 'student'), 'pass'],
      [slot('none', 'absent'), 'pass'],
      [{ kind: 'cluster', cluster: 'main', timeline: 1 }, 'pass'],
    ],
  },
  {
    what: 'the database postgres dropped',
    spoil: as('student', 'DROP DATABASE postgres'),
    undo: as('student', 'CREATE DATABASE postgres TEMPLATE template0'),
    found: [
      ...keptOut(/^broken: The cluster main has no database postgres any more\. .*CREATE DATABASE postgres/),
      [sql('SELECT 1', '1', 'missing'), 'there is no database missing in the cluster main'],
      [sql('SELECT 1', { type: 'error', sqlstate: '3D000' }), 'pass'],
      [{ kind: 'cluster', cluster: 'main', timeline: 1 }, 'pass'],
    ],
  },
  {
    what: 'pg_hba.conf that rejects',
    spoil: `cp -a ${config}/pg_hba.conf /tmp/hba; sed -i '1i local all postgres reject' ${config}/pg_hba.conf; ${reload}`,
    undo: `cp -a /tmp/hba ${config}/pg_hba.conf; ${reload}`,
    found: keptOut(
      /^broken: pg_hba\.conf of the cluster main .* does not let in the role postgres.*local all postgres peer/,
    ),
  },
  {
    what: 'pg_hba.conf that has no line for it',
    spoil: `cp -a ${config}/pg_hba.conf /tmp/hba; echo 'local all student peer' >${config}/pg_hba.conf; ${reload}`,
    undo: `cp -a /tmp/hba ${config}/pg_hba.conf; ${reload}`,
    found: keptOut(/^broken: pg_hba\.conf of the cluster main .* does not let in the role postgres/),
  },
  ...['scram-sha-256', 'password'].map((method) => ({
    what: `pg_hba.conf that asks for a password by ${method}`,
    spoil: `cp -a ${config}/pg_hba.conf /tmp/hba; sed -i '1i local all postgres ${method}' ${config}/pg_hba.conf; ${reload}`,
    undo: `cp -a /tmp/hba ${config}/pg_hba.conf; ${reload}`,
    found: keptOut(/^broken: pg_hba\.conf of the cluster main .* asks the role postgres.* for a password/),
  })),
  {
    what: 'the role may not log in',
    spoil: as('student', 'ALTER ROLE postgres NOLOGIN'),
    undo: as('student', 'ALTER ROLE postgres LOGIN'),
    found: keptOut(/^broken: The role postgres of the cluster main.* may not log in\. .*ALTER ROLE postgres LOGIN/),
  },
  {
    what: 'the role renamed',
    spoil: as('student', 'ALTER ROLE postgres RENAME TO boss'),
    undo: as('student', 'ALTER ROLE boss RENAME TO postgres'),
    found: keptOut(/^broken: The cluster main has no role postgres any more.*RENAME TO postgres/),
  },
  {
    what: 'the role is no superuser',
    before: 16,
    spoil: as('student', 'ALTER ROLE postgres NOSUPERUSER'),
    undo: as('student', 'ALTER ROLE postgres SUPERUSER'),
    found: keptOut(/^broken: The role postgres of the cluster main.* ALTER ROLE postgres SUPERUSER/),
  },
  {
    what: 'all connections taken',
    spoil: `${as('student', 'ALTER SYSTEM SET max_connections = 3', 'ALTER SYSTEM SET superuser_reserved_connections = 0', 'ALTER SYSTEM SET max_wal_senders = 0', ...(major >= 16 ? ['ALTER SYSTEM SET reserved_connections = 0'] : []))}; ${restart}
      until [ "$(pgrep -fc '[p]ostgres: .*student student')" = 3 ]; do
        # Where a place was not free yet, another one tries.
        (($(pgrep -u student -xc psql) > 2)) || (setsid sudo -u student psql -Xqd student -c 'SELECT pg_sleep(1000)' >/dev/null 2>&1 &)
        sleep 0.1
      done`,
    undo: `pkill -u student -x psql; ${forget}; ${restart}`,
    found: keptOut(/^broken: All connections that the cluster main may have are taken: /),
  },
  {
    what: 'values and tables that are too large',
    spoil: as(
      'student',
      "CREATE TABLE big AS SELECT repeat('x', 20000000) AS v",
      'CREATE TABLE many AS SELECT generate_series(1, 400000) AS v',
    ).replace('-d student', '-d postgres'),
    undo: as('student', 'DROP TABLE big, many').replace('-d student', '-d postgres'),
    found: [
      [sql('SELECT v FROM big', 'x'), 'the answer of main is longer than 4 MB and was cut there'],
      [sql('SELECT v FROM many', '1\n2'), 'the answer of main is longer than 4 MB and was cut there'],
      [
        sql('SELECT v FROM many', { type: 'matches', pattern: 'x' }),
        /^broken: .* longer than 4 MB and was cut there\.$/,
      ],
      [sql('SELECT count(*) FROM many', '400000'), 'pass'],
      ...UP,
    ],
  },
  {
    what: 'slots of another kind',
    spoil: `${as('student', 'ALTER SYSTEM SET wal_level = logical')}; ${restart}
      ${as('student', "SELECT pg_create_logical_replication_slot('logical', 'pgoutput')")} >/dev/null
      (setsid sudo -u student psql -Xqd student -c "SELECT pg_create_physical_replication_slot('temporary', false, true)" \
        -c 'SELECT pg_sleep(1000)' >/dev/null 2>&1 &)
      until [ "$(sudo -u student psql -XAtd student -c 'SELECT count(*) FROM pg_replication_slots')" = 2 ]; do :; done`,
    undo: `pkill -u student -x psql; ${as('student', "SELECT pg_drop_replication_slot('logical')")}; ${forget}; ${restart}`,
    found: [
      ...(['present', 'active', 'inactive'] as const).flatMap((state): Spoiling['found'] => [
        [slot('temporary', state), 'a temporary slot, which goes with its session'],
        [slot('logical', state), 'a logical slot'],
      ]),
      [slot('temporary', 'absent'), 'a slot in use'],
      [slot('none', 'absent'), 'pass'],
    ],
  },
  {
    what: 'a home that cannot be entered',
    everywhere: true,
    spoil: 'chmod 000 /home/student',
    undo: 'chmod 750 /home/student',
    found: [
      [
        command('true'),
        /^broken: student cannot enter the home directory \/home\/student \(Permission denied\).*chmod 750/,
      ],
      [command('true', 126), /^broken: /],
    ],
  },
  {
    what: 'a home that is gone',
    spoil: 'mv /home/student /home/away',
    undo: 'mv /home/away /home/student',
    found: [
      [command('true'), /^broken: student cannot enter the home directory \/home\/student \(No such file.*mkdir/],
    ],
  },
  {
    what: "root's home gone",
    spoil: 'mv /root /root-away',
    undo: 'mv /root-away /root',
    found: [...UP, [{ kind: 'process', pattern: 'checkpointer', running: true }, 'pass']],
  },
  {
    what: 'files that shells and psql read',
    spoil: `cd /home/student; cp -a .bashrc /tmp/rc; echo 'alias true=false; exit 9' >>.bashrc; cp .bashrc .bash_profile; echo '\\pset format html' >.psqlrc`,
    undo: `cd /home/student; cp -a /tmp/rc .bashrc; rm .bash_profile .psqlrc`,
    found: [
      [command('true'), 'pass'],
      [command('exit 126'), 'exit status 126'],
      [command('exit 126', 126), 'pass'],
      [command('nosuchcommand', 127), 'pass'],
      [command('[ "$(psql -Atc \'SELECT 1\')" = 1 ]'), 'pass'],
    ],
  },
];

const whole = (expected: string | RegExp) => (expected instanceof RegExp ? expected : new RegExp(`^${expected}$`));

forEachRuntime((runtime) => {
  const { lab, context, see } = useChecks(runtime);
  async function run(script: string) {
    const { exitCode, stderr } = await lab().exec(['bash', '-c', script], { cwd: '/' });
    expect(exitCode, `${script}: ${stderr}`).toBe(0);
  }
  const spoilings = SPOILINGS.filter(
    ({ since = 13, before = 99, everywhere }) =>
      major >= since && major < before && (everywhere || runtime.name === 'local'),
  );

  describe('what a learner does neither lies to checks nor silences them:', () => {
    test.each(spoilings)('$what', async ({ spoil, undo, found }) => {
      // A connection that is kept would come in where a new one does not.
      await context().sql.close();
      await run(spoil);
      try {
        for (const [assertion, expected] of found) {
          // A reload takes effect when the server comes to it.
          await expect
            .poll(() => see(assertion), { message: JSON.stringify(assertion), timeout: 10_000 })
            .toMatch(whole(expected));
        }
      } finally {
        await run(undo);
      }
      await expect.poll(() => see(ONE)).toBe('pass');
    });
  });
});
