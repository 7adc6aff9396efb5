import { execa } from 'execa';
import { openRuntime } from '../../src/lab/runtimes.ts';
import { RUNTIMES } from '../../src/lab/lab.ts';
import { DEFAULT_MAJOR } from '../../src/model/topology.ts';
import { Student } from '../e2e/student.ts';
import { median, ownState } from './measure.ts';

const ROUNDS = 7;

/**
 * From `waldojo start` to the lab's first prompt on the screen, against `docker run --rm <image> true` with the same image,
 * in turns, so that both meet the same machine.
 */
export async function benchStart(): Promise<void> {
  const docker = await openRuntime('docker').catch(() => null);
  const image = (await docker?.images())?.find(({ major, current }) => major === DEFAULT_MAJOR && current);
  const reference = `waldojo/postgres:${image?.tag}`;
  for (const name of RUNTIMES) {
    const runtime = await openRuntime(name).catch((error) => console.log(`${name}: left out, ${error.message}`));
    if (!runtime) continue;
    const ours: number[] = [];
    const raw: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const env = await ownState();
      const began = performance.now();
      const student = new Student(['start', 'dump-and-restore', '--runtime', name], { env });
      await student.sees(/student@lab:~\$/);
      const took = performance.now() - began;
      student.leader('q');
      await student.sees('remove');
      student.type('r');
      await student.ended;
      if (round > 0) ours.push(took);
      if (!image) continue;
      const start = performance.now();
      await execa('docker', ['run', '--rm', '--network', 'none', reference, 'true']);
      if (round > 0) raw.push(performance.now() - start);
    }
    const compared = raw.length > 0 ? `docker run --rm image true ${median(raw)} ms, ratio ${(median(ours) / median(raw)).toFixed(2)}` : 'no engine to compare with';
    console.log(`${name}: start to first prompt ${median(ours)} ms, ${compared}`);
  }
}
