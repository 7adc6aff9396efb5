import type { CheckContext } from '../../src/check/context.ts';
import { evaluate } from '../../src/check/evaluate.ts';
import { SqlPool } from '../../src/check/sql-pool.ts';
import type { Lab } from '../../src/lab/lab.ts';
import type { Assertion, Check } from '../../src/model/check.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { poll } from '../../src/util/poll.ts';
import { sh as runBash, topology } from './runtimes.ts';

export const contextOf = (lab: Lab, more: Partial<CheckContext> = {}): CheckContext => ({
  lab,
  topology,
  sql: new SqlPool(lab, topology),
  commands: [],
  answers: {},
  signal: new AbortController().signal,
  ...more,
});

/** Makes a check until it passes or its time is over. */
export const settle = (check: Check, context: CheckContext): Promise<Verdict> =>
  poll(
    () => evaluate(check, context),
    ({ status }) => status === 'pass',
    { within: check.within },
  );

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

/** As `sh`, by default as the one whom the clusters belong to. */
export const sh = (lab: Lab, script: string, user = 'postgres'): Promise<string> => runBash(lab, script, user);
