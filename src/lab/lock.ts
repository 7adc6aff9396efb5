import { randomBytes } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createWhole, readBounded } from '../util/files.ts';
import { poll } from '../util/poll.ts';
import { ownerIsAlive, ownerOf } from './ids.ts';

/** Does some work while no other living program holds the same lock: a file in a directory of ours that names its owner. */
export async function withLock<T>(
  file: string,
  onWait: () => void,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (!(await take(file))) {
    onWait();
    await poll(() => take(file), Boolean, { within: Number.POSITIVE_INFINITY, every: 50, signal });
  }
  try {
    return await work();
  } finally {
    if ((await holder(file)) === ownerOf()) await rm(file, { force: true });
  }
}

/** Removes the locks in a directory whose owners were killed. */
export async function sweepLocks(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  const locks = names.filter((name) => name.endsWith('.lock')).map((name) => join(directory, name));
  for (const lock of locks) if (!isHeld(await holder(lock))) await breakUp(lock);
}

async function take(file: string): Promise<boolean> {
  try {
    await createWhole(file, ownerOf());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (!isHeld(await holder(file))) await breakUp(file);
  return false;
}

/** Who holds it: undefined where there is no lock, an empty text where nobody can be made out, as after a power cut. */
const holder = (file: string): Promise<string | undefined> =>
  readBounded(file, { limit: 100 }).then(String, (error) => (error.code === 'ENOENT' ? undefined : ''));

const isHeld = (owner: string | undefined): boolean => owner === undefined || ownerIsAlive(owner);

/** Several may find at once that a lock's owner has died. Only one removes it: another would remove that one's own. */
async function breakUp(file: string): Promise<void> {
  const aside = `${file}.${randomBytes(8).toString('hex')}`;
  await rename(file, aside).catch(() => {});
  const owner = await holder(aside);
  if (owner && ownerIsAlive(owner)) await createWhole(file, owner).catch(() => {});
  await rm(aside, { force: true, recursive: true });
}
