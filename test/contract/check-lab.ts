import { afterAll, beforeAll } from 'vitest';
import type { CheckContext } from '../../src/check/context.ts';
import { evaluate } from '../../src/check/evaluate.ts';
import { SqlPool } from '../../src/check/sql-pool.ts';
import type { Runtime } from '../../src/lab/lab.ts';
import type { Assertion, Check } from '../../src/model/check.ts';
import { poll } from '../../src/util/poll.ts';
import { sh, topology, useLab } from './runtimes.ts';

export const checkOf = (assertion: Assertion, more: Partial<Check> = {}): Check => ({
  name: 'it holds',
  assertion,
  within: 0,
  once: false,
  diagnose: [],
  otherwise: '',
  line: 1,
  ...more,
});

/** One lab for all tests of the enclosing group, and what it takes to make checks in it. */
export function useChecks(runtime: Runtime) {
  const lab = useLab(runtime);
  let context: CheckContext;
  beforeAll(() => {
    const { signal } = new AbortController();
    context = { lab: lab(), topology, sql: new SqlPool(lab(), topology), commands: [], answers: {}, signal };
  });
  afterAll(() => context?.sql.close());
  return {
    lab,
    context: () => context,
    /** Runs bash in the lab, by default as the one whom the clusters belong to. */
    sh: (script: string, user = 'postgres') => sh(lab(), script, user),
    /** `pass`, or what was found, or `broken: …`. */
    async see(assertion: Assertion): Promise<string> {
      const verdict = await evaluate(checkOf(assertion), context);
      if (verdict.status === 'fail') return verdict.actual;
      return verdict.status === 'pass' ? 'pass' : `broken: ${verdict.reason}`;
    },
    /** Makes a check until it passes or its time is over. */
    settle: (check: Check) =>
      poll(
        () => evaluate(check, context),
        ({ status }) => status === 'pass',
        { within: check.within },
      ),
  };
}
