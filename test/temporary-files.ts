import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives the tests of one run a place of their own for temporary files, other users included, and removes it after them. */
export default async function setup(): Promise<() => Promise<void>> {
  const place = await mkdtemp(join(tmpdir(), 'waldojo-tests-'));
  await chmod(place, 0o1777);
  process.env.TMPDIR = place;
  return () => rm(place, { recursive: true, force: true });
}
