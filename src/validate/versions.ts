import packageJson from '../../package.json' with { type: 'json' };
import type { Lab, Runtime } from '../lab/lab.ts';
import type { Versions } from './proof.ts';

const runtimes = new WeakMap<Runtime, Promise<string>>();

/** What a proof is made with. The runtime is asked once: its version is found out by trying it. */
export async function versionsOf(lab: Lab, runtime: Runtime): Promise<Versions> {
  const asked = runtimes.get(runtime) ?? runtime.probe().then((probe) => (probe.ok ? probe.version : probe.reason));
  runtimes.set(runtime, asked);
  const server = lab.exec([`/usr/lib/postgresql/${lab.major}/bin/postgres`, '--version']);
  const [version, { stdout }] = await Promise.all([asked, server]);
  return {
    waldojo: packageJson.version,
    node: process.versions.node,
    postgres: stdout.trim().replace(/^postgres \(PostgreSQL\) /, ''),
    runtime: version,
  };
}
