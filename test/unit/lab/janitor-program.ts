// A program that a test kills: makes a lab to keep and one not to keep, says their ids, and waits.
import { createDockerRuntime } from '../../../src/lab/docker/runtime.ts';
import { startJanitor } from '../../../src/lab/janitor.ts';
import { spec } from './docker-support.ts';

startJanitor();
const runtime = createDockerRuntime();
const labs = await Promise.all([true, false].map((keep) => runtime.create({ ...spec, keep })));
await labs[1]!.snapshot();
process.stdout.write(`${labs.map(({ id }) => id).join(' ')}\n`);
process.stdin.resume();
