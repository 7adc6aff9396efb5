import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { evaluate } from '../../src/check/evaluate.ts';
import type { SqlAssertion } from '../../src/model/check.ts';
import { checkOf, useChecks } from './check-lab.ts';
import { forEachRuntime, major } from './runtimes.ts';

forEachRuntime((runtime) => {
  const { lab, context, sh, see } = useChecks(runtime);
  beforeAll(() => sh(`createdb shop && psql -qd shop -c 'CREATE TABLE t AS SELECT generate_series(1, 3) AS id'`));

  type Expectation = SqlAssertion['expect'];
  const equals = (value: string): Expectation => ({ type: 'equals', value });
  const fails = (sqlstate: string): Expectation => ({ type: 'error', sqlstate });

  async function ask(query: string, expectation: Expectation, on = 'main/postgres'): Promise<string> {
    const [cluster = '', database = ''] = on.split('/');
    return see({ kind: 'sql', query, cluster, database, expect: expectation });
  }

  describe('an answer', () => {
    test('is compared as psql -At prints it', async () => {
      expect(await ask('SELECT count(*) FROM t', equals('3'), 'main/shop')).toBe('pass');
      expect(
        await ask("SELECT true, NULL, 1.50, DATE '2024-02-29', ARRAY[1,2]", equals('t||1.50|2024-02-29|{1,2}')),
      ).toBe('pass');
      expect(await ask('SELECT id FROM t', equals('1\n2\n3\n'), 'main/shop')).toBe('pass');
      expect(await ask('SELECT NULL', equals(''))).toBe('pass');
    });

    test('is told as it is when it differs', async () => {
      expect(await ask('SELECT count(*) FROM t', equals('4'), 'main/shop')).toBe('3');
      expect(await ask('SELECT id FROM t WHERE id > 9', equals(''), 'main/shop')).toBe('no rows');
      expect(await ask("SELECT ''", equals('x'))).toBe('an empty value');
    });

    test('is a list of rows, a pattern, or a least number', async () => {
      const rows = (...rows: string[][]): Expectation => ({ type: 'rows', rows });
      expect(await ask('VALUES (1, NULL), (2, 3)', rows(['1', ''], ['2', '3']))).toBe('pass');
      expect(await ask('VALUES (2, 3), (1, NULL)', rows(['1', ''], ['2', '3']))).toBe('2|3\n1|');
      expect(await ask('SELECT 1 WHERE false', rows())).toBe('pass');
      expect(await ask('SHOW wal_level', { type: 'matches', pattern: '^(replica|logical)$' })).toBe('pass');
      expect(await ask('SELECT 12', { type: 'at-least', value: 9 })).toBe('pass');
      expect(await ask('SELECT 8', { type: 'at-least', value: 9 })).toBe('8');
      expect(await ask("SELECT 'x'", { type: 'at-least', value: 9 })).toMatch(/^broken: at-least needs/);
    });

    test('is that of the last statement with rows', async () => {
      expect(await ask('SET LOCAL work_mem = 64; SELECT 1; -- and so on', equals('1'))).toBe('pass');
    });
  });

  describe('an error', () => {
    test('that was asked for passes', async () => {
      expect(await ask('SELECT * FROM missing', fails('42P01'))).toBe('pass');
      expect(await ask('SELECT 1', fails('3D000'), 'main/missing')).toBe('pass');
      expect(await ask('SELECT 1', fails('42P01'))).toBe('no error');
      expect(await ask('SELECT missing', fails('42P01'))).toBe('main answers: column "missing" does not exist');
    });

    test('about permission is seen before one about read-only transactions', async () => {
      await sh("psql -qc 'CREATE ROLE app'");
      expect(await ask('SET ROLE app; CREATE TABLE pg_catalog.x ()', fails('42501'))).toBe('pass');
      expect(await ask('CREATE TABLE t (); CREATE TABLE t ()', fails('42P07'))).toBe('pass');
      expect(await ask('SELECT * FROM t', fails('42P01'))).toBe('pass');
    });

    test.each([
      ['SELECT * FROM missing', 'main answers: relation "missing" does not exist'],
      ['SELECT missing()', 'main answers: function missing() does not exist'],
      ['SELECT * FROM missing.t', 'main answers: relation "missing.t" does not exist'],
      ['SELECT pg_wal_replay_pause()', 'main answers: recovery is not in progress'],
    ])('about what is not there yet is no fault of the check: %s', async (query, found) => {
      expect(await ask(query, equals('1'))).toBe(found);
    });

    test.each([
      ['SELEC 1', 'broken: syntax error at or near "SELEC"'],
      ["SELECT 'x", `broken: unterminated quoted string at or near "'x"`],
      ['CREATE TABLE x ()', 'broken: cannot execute CREATE TABLE in a read-only transaction'],
      ['SET ROLE pg_monitor; SELECT * FROM pg_authid', 'broken: permission denied for table pg_authid'],
    ])('about the check itself breaks it: %s', async (query, found) => {
      expect(await ask(query, equals('1'))).toBe(found);
      expect(await ask('SELECT 1', equals('1'))).toBe('pass');
    });

    test('about a missing database or a stopped cluster says so', async () => {
      expect(await ask('SELECT 1', equals('1'), 'main/missing')).toBe(
        'there is no database missing in the cluster main',
      );
      expect(await ask('SELECT 1', equals('1'), 'replica/postgres')).toBe('the cluster replica is not running');
    });
  });

  describe('the learner', () => {
    test('finds nothing of what checks asked in the log', async () => {
      const log = () => sh('cat /var/log/postgresql/postgresql-*-main.log', 'root');
      const before = await log();
      await ask('SELEC', equals('1'));
      await ask('SELECT * FROM missing', equals('1'));
      await ask('SELECT 1', equals('1'), 'main/missing');
      expect(await log()).toBe(before);
    });

    test('waits for nobody when they hold a lock', async () => {
      const holder = await lab().connect(['psql', '-qAtd', 'shop'], { user: 'postgres' });
      const locked = new Promise((resolve) => holder.once('data', resolve));
      holder.write('BEGIN; LOCK TABLE t; SELECT 1;\n');
      await locked;
      expect(await ask('SELECT count(*) FROM t', equals('3'), 'main/shop')).toMatch(/due to lock timeout/);
      holder.end();
    });

    test('drops and creates databases while checks ask in them', async () => {
      const polling = new AbortController();
      const asked = (async () => {
        let passes = 0;
        while (!polling.signal.aborted) {
          for (const database of ['doomed', 'template1', 'postgres']) {
            if ((await ask('SELECT 1', equals('1'), `main/${database}`)) === 'pass') passes++;
          }
        }
        return passes;
      })();
      for (let round = 0; round < 3; round++) {
        await sh('createdb doomed && dropdb doomed');
      }
      polling.abort();
      expect(await asked).toBeGreaterThan(3);
      expect(await ask('SELECT 1', equals('1'), 'main/doomed')).toMatch(/no database doomed/);
    });

    test('stops and restarts a cluster under a kept connection', async () => {
      expect(await ask('SELECT 1', equals('1'))).toBe('pass');
      await sh(`pg_ctlcluster ${major} main restart`, 'root');
      expect(await ask('SELECT 1', equals('1'))).toBe('pass');
      await sh(`pg_ctlcluster ${major} main stop`, 'root');
      expect(await ask('SELECT 1', equals('1'))).toBe('the cluster main is not running');
      await sh(`pg_ctlcluster ${major} main start`, 'root');
      expect(await ask('SELECT 1', equals('1'))).toBe('pass');
    });

    test('can shut down smartly while checks go on', async () => {
      expect(await ask('SELECT 1', equals('1'))).toBe('pass');
      // Gives up, and fails, when somebody stays connected.
      const stopped = sh(
        `/usr/lib/postgresql/${major}/bin/pg_ctl stop -t 20 -m smart -D /var/lib/postgresql/${major}/main`,
      );
      const seen = new Set<string>();
      for (let stopping = true; stopping; ) {
        seen.add(await ask('SELECT 1', equals('1')));
        stopping = !(await Promise.race([stopped.then(() => true), delay(100, false)]));
      }
      expect([...seen].filter((s) => s.startsWith('broken'))).toEqual([]);
      await sh(`pg_ctlcluster ${major} main start`, 'root');
    });

    test('loses a server to kill -9, and checks say that it does not run', async () => {
      expect(await ask('SELECT 1', equals('1'))).toBe('pass');
      await sh('kill -9 $(head -n 1 /var/run/postgresql/.s.PGSQL.5432.lock)', 'root');
      await expect.poll(() => ask('SELECT 1', equals('1'))).toBe('the cluster main is not running');
      await sh(`pg_ctlcluster ${major} main start`, 'root');
      expect(await ask('SELECT 1', equals('1'))).toBe('pass');
    });
  });

  test('an abort ends a query that runs', async () => {
    const controller = new AbortController();
    const check = checkOf({
      kind: 'sql',
      query: 'SELECT pg_sleep(1000)',
      cluster: 'main',
      database: 'postgres',
      expect: equals(''),
    });
    const asked = evaluate(check, { ...context(), signal: controller.signal });
    const running = `SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(1000)%' AND pid <> pg_backend_pid()`;
    await expect.poll(() => sh(`psql -XAtc "${running}"`)).toBe('1');
    controller.abort();
    await expect(asked).rejects.toThrow(/abort/);
    expect(await ask('SELECT 1', equals('1'))).toBe('pass');
  });
});
