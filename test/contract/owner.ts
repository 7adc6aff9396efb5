import type { LabSpec, RuntimeName } from '../../src/lab/lab.ts';
import { openRuntime } from '../../src/lab/runtimes.ts';
import { DEFAULT_MAJOR, type Major } from '../../src/model/topology.ts';

/** A program that owns a lab and a copy of it until it is killed: `owner.ts <runtime> <keep> <marker>` says both their ids. */
const [name, keep, marker] = process.argv.slice(2);
const runtime = await openRuntime(name as RuntimeName);
const spec: LabSpec = {
  scenario: 'owned',
  keep: keep === 'true',
  major: Number(process.env.WALDOJO_TEST_MAJOR ?? DEFAULT_MAJOR) as Major,
  topology: { host: 'lab', image: 'postgres', clusters: [{ name: 'main', port: 5432, state: 'running' }] },
};
const lab = await runtime.create(spec);
await lab.exec(['bash', '-c', `echo written >/srv/${marker}; setsid -f sleep ${marker} >/dev/null 2>&1 </dev/null`]);
const copy = await runtime.create({ ...spec, keep: false, from: await lab.snapshot() });
await copy.exec(['bash', '-c', `setsid -f sleep ${marker} >/dev/null 2>&1 </dev/null`]);
console.log(`${lab.id} ${copy.id}`);
setInterval(() => {}, 60_000);
