import { readFile, rm, writeFile } from 'node:fs/promises';
import { poll } from '../util/poll.ts';
import { ownerIsAlive, ownerOf } from './ids.ts';

/** Does some work while no other living program holds the same lock file. */
export async function withLock<T>(
  file: string,
  onWait: () => void,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (!(await take(file))) {
    onWait();
    await poll(() => take(file), Boolean, { within: Number.POSITIVE_INFINITY, every: 250, signal });
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, ownerOf(), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const owner = await readFile(file, 'utf8').catch(() => '');
  // Empty in the moment between its creation and its first byte.
  if (owner !== '' && !ownerIsAlive(owner)) await rm(file, { force: true });
  return false;
}
