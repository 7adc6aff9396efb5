import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The middle of some milliseconds, to a tenth. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? Number.NaN) * 10) / 10;
}

/** An environment whose progress is empty. */
export async function ownState(): Promise<Record<string, string>> {
  return { XDG_STATE_HOME: await mkdtemp(join(tmpdir(), 'waldojo-bench-')) };
}
