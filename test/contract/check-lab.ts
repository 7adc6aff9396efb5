import type { CheckContext } from '../../src/check/context.ts';
import { evaluate } from '../../src/check/evaluate.ts';
import { SqlPool } from '../../src/check/sql-pool.ts';
import { createDockerRuntime } from '../../src/lab/docker/runtime.ts';
import type { Lab } from '../../src/lab/lab.ts';
import type { Assertion, Check } from '../../src/model/check.ts';
import { DEFAULT_MAJOR, type Major, type Topology } from '../../src/model/topology.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { poll } from '../../src/util/poll.ts';

const topology: Topology = {
  host: 'lab',
  image: 'postgres',
  clusters: [
    { name: 'main', port: 5432, state: 'running' },
    { name: 'replica', port: 5433, state: 'stopped' },
  ],
};

/** Of the major in `WALDOJO_TEST_MAJOR`, else of the default one. Needs its image. */
export function createLab(): Promise<Lab> {
  const major = Number(process.env.WALDOJO_TEST_MAJOR ?? DEFAULT_MAJOR) as Major;
  return createDockerRuntime().create({ scenario: 'checks', keep: false, major, topology });
}

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

/** Runs bash in the lab and fails the test when it fails. */
export async function sh(lab: Lab, script: string, user = 'postgres'): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.exec(['bash', '-c', script], { user, timeout: 60_000 });
  if (exitCode !== 0) throw new Error(`${script}: ${stderr}`);
  return stdout.trim();
}
