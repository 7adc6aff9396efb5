import { createDockerRuntime } from '../../../src/lab/docker/runtime.ts';
import type { LabSpec } from '../../../src/lab/lab.ts';
import { DEFAULT_MAJOR } from '../../../src/model/topology.ts';
import { isRequired } from '../../leave-out.ts';

export const runtime = createDockerRuntime();

async function whyNot(): Promise<string | undefined> {
  const probe = await runtime.probe();
  if (!probe.ok) return probe.reason;
  return (await runtime.hasImage(DEFAULT_MAJOR)) ? undefined : 'The lab image is not there: waldojo images build';
}

const reason = await whyNot();
if (reason && isRequired('docker')) throw new Error(`WALDOJO_REQUIRE names docker. ${reason}`);
if (reason) console.warn(`Skipped without Docker: ${reason}`);

/** Whether tests that need an engine are skipped; the reason has been printed. */
export const skipped = reason !== undefined;

export const spec: LabSpec = {
  scenario: 'docker-test',
  keep: false,
  major: DEFAULT_MAJOR,
  topology: {
    host: 'db1',
    image: 'postgres',
    clusters: [
      { name: 'main', port: 5432, state: 'running' },
      { name: 'replica', port: 5433, state: 'stopped' },
    ],
  },
};
