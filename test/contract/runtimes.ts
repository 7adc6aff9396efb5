import { afterAll, beforeAll, describe } from 'vitest';
import { type Lab, type LabSpec, RUNTIMES, type Runtime, type RuntimeName } from '../../src/lab/lab.ts';
import { allRuntimes } from '../../src/lab/runtimes.ts';
import { DEFAULT_MAJOR, type Major, type Topology } from '../../src/model/topology.ts';
import { isRequired, leftOut } from '../leave-out.ts';

/** The major in `WALDOJO_TEST_MAJOR`, else the default one. */
export const major = Number(process.env.WALDOJO_TEST_MAJOR ?? DEFAULT_MAJOR) as Major;

export const topology: Topology = {
  host: 'lab',
  image: 'postgres',
  clusters: [
    { name: 'main', port: 5432, state: 'running' },
    { name: 'replica', port: 5433, state: 'stopped' },
  ],
};

export const specOf = (more: Partial<LabSpec> = {}): LabSpec => ({
  scenario: 'contract',
  keep: false,
  major,
  topology,
  ...more,
});

/** `WALDOJO_ONLY=local` leaves out the others. */
const only = (process.env.WALDOJO_ONLY ?? RUNTIMES.join(',')).split(',');

const candidates = (await allRuntimes()).filter(({ name }) => only.includes(name));
const probed = await Promise.all(candidates.map(async (runtime) => ({ runtime, probe: await runtime.probe() })));

/** Why the tests of a runtime are left out, if they are. */
const whyNot = ({ runtime, probe }: (typeof probed)[number]): string | undefined =>
  probe.ok || isRequired(runtime.name) ? undefined : `${probe.reason} ${probe.remedy}`;

/** Why tests are left out that need what this runtime needs, if they are. */
export function whyNotWith(name: RuntimeName): string | undefined {
  const found = probed.find(({ runtime }) => runtime.name === name);
  return found ? whyNot(found) : `WALDOJO_ONLY leaves out ${name}`;
}

/** A group of tests that need some runtime, whichever it is. */
export function describeWithLabs(name: string, define: () => void): void {
  const why = probed.every(whyNot) ? 'no runtime works here' : undefined;
  describe.skipIf(why)(`${name}${leftOut(why)}`, define);
}

/** Defines the same tests for every runtime. The lab image is made where it is missing. */
export function forEachRuntime(define: (runtime: Runtime) => void): void {
  for (const { runtime, probe } of probed) {
    const why = whyNot({ runtime, probe });
    const name = `${runtime.name}${leftOut(why)}`;
    if (why) console.warn(name);
    describe.skipIf(why)(name, () => {
      beforeAll(async () => {
        if (!probe.ok) throw new Error(`${runtime.name} is required: ${probe.reason}`);
        if (!(await runtime.hasImage(major))) await runtime.buildImage(major, () => {});
      }, 600_000);
      define(runtime);
    });
  }
}

/** One lab for all tests of the enclosing group. */
export function useLab(runtime: Runtime, more: Partial<LabSpec> = {}): () => Lab {
  let lab: Lab | undefined;
  beforeAll(async () => {
    lab = await runtime.create(specOf(more));
  });
  afterAll(() => lab?.remove());
  return () => lab!;
}

/** Runs bash in a lab, and fails the test when it fails. */
export async function sh(lab: Lab, script: string, user = 'root'): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.exec(['bash', '-c', script], { user, timeout: 120_000 });
  if (exitCode !== 0) throw new Error(`status ${exitCode} of ${script}: ${stderr}${stdout}`);
  return stdout.trim();
}

/** The processes of a lab whose command line matches, as `pgrep -af` lists them. */
export const processes = async (lab: Lab, pattern: string): Promise<string> =>
  (await lab.exec(['pgrep', '-af', pattern])).stdout;

/** What one query answers, from the cluster on a port. */
export const sql = (lab: Lab, query: string, port = 5432): Promise<string> =>
  sh(lab, `psql -XAt -d postgres -p ${port} -v ON_ERROR_STOP=1 <<'SQL'\n${query}\nSQL`, 'postgres');
