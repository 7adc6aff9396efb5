import { openRuntime } from '../../src/lab/runtimes.ts';
import { DEFAULT_MAJOR } from '../../src/model/topology.ts';

/** The middle of some milliseconds, to a hundredth. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? Number.NaN) * 100) / 100;
}

/** How long some work takes, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** The lab image as an engine names it, to compare with plain `docker` commands; undefined without an engine. */
export async function referenceImage(): Promise<string | undefined> {
  const docker = await openRuntime('docker').catch(() => null);
  const images = (await docker?.images()) ?? [];
  const image = images.find(({ major, current }) => major === DEFAULT_MAJOR && current);
  return image && `waldojo/postgres:${image.major}-${image.tag}`;
}
