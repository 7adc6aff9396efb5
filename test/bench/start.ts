import { execa } from 'execa';
import { RUNTIMES } from '../../src/lab/lab.ts';
import { openRuntime } from '../../src/lab/runtimes.ts';
import { ownState, Student } from '../e2e/student.ts';
import { median, referenceImage, timed } from './measure.ts';

const ROUNDS = 7;

/**
 * From `waldojo start` to the lab's first prompt on the screen, against `docker run --rm <image> true` with the same image,
 * in turns, so that both meet the same machine.
 */
export async function benchStart(): Promise<void> {
  const image = await referenceImage();
  for (const name of RUNTIMES) {
    if (!(await openRuntime(name).catch(() => null))) continue;
    const ours: number[] = [];
    const plain: number[] = [];
    // The first round warms the file caches.
    for (let round = 0; round <= ROUNDS; round++) {
      const took = await firstPrompt(name);
      const compared = image
        ? await timed(() => execa('docker', ['run', '--rm', '--network', 'none', image, 'true']))
        : Number.NaN;
      if (round === 0) continue;
      ours.push(took);
      plain.push(compared);
    }
    const ratio = (median(ours) / median(plain)).toFixed(2);
    console.log(
      `${name}: first prompt ${median(ours)} ms, docker run --rm image true ${median(plain)} ms, ratio ${ratio}`,
    );
  }
}

async function firstPrompt(runtime: string): Promise<number> {
  const env = await ownState();
  let student!: Student;
  const took = await timed(async () => {
    student = new Student(['start', 'dump-and-restore', '--runtime', runtime], { env });
    await student.sees(/student@lab:~\$/);
  });
  await student.removesLab();
  await student.ended;
  return took;
}
