import { chown, mkdir, statfs, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMapped } from './mapped.ts';
import { isRoot, ROOT_BASE } from './mapping.ts';
import { discard, inStore, labPath, makeDirectory, storeDirectory } from './store.ts';

/** Bytes that must be free, in the file system and of memory itself: twice what a lab and a snapshot of each step take. */
const ENOUGH = 2 * 2 ** 30;
/** `f_type` in statfs(2). */
const TMPFS = 0x01021994;

/** In an overlay a directory in place of a deleted one takes an attribute that a tmpfs has had since Linux 6.6. */
const ATTEMPT = `cd -P "$1"
mkdir -p try/lower/directory try/up try/wk try/root
cd try
unshare --mount --propagation private sh -ec '
mount -t overlay overlay -o lowerdir=lower,upperdir=up,workdir=wk,userxattr root
rmdir root/directory
mkdir root/directory'
cd ..
rm -rf try`;

/** Whether an overlay can be made in memory; undefined until it was tried. */
let works: Promise<boolean> | undefined;

/**
 * Makes the directory of a new lab. That of one which ends with its program lies in memory, where it can: proving a lesson
 * makes and removes thousands of files again and again, which on some disks takes longer than all that PostgreSQL does.
 */
export async function makeLabDirectory(id: string, keep: boolean): Promise<void> {
  const memory = keep || (await works) === false ? undefined : await roomInMemory();
  if (memory === undefined) return makeDirectory(labPath(id));
  const path = join(memory, `waldojo-${id}`);
  // The link first: a sweep finds what the store has a name for.
  await symlink(path, inStore(labPath(id)));
  await mkdir(path, { mode: 0o700 });
  if (isRoot()) await chown(path, ROOT_BASE, ROOT_BASE);
  works ??= runMapped(ATTEMPT, [labPath(id)], { cwd: storeDirectory() }).then(
    () => true,
    () => false,
  );
  if (await works) return;
  await discard('labs', id);
  await makeDirectory(labPath(id));
}

async function roomInMemory(): Promise<string | undefined> {
  // systemd empties /dev/shm of what an ordinary user has there when the last of their sessions ends, be it a cron job's.
  const directory = isRoot() ? '/dev/shm' : tmpdir();
  const found = await statfs(directory).catch(() => undefined);
  if (found?.type !== TMPFS) return undefined;
  return Math.min(found.bavail * found.bsize, process.availableMemory()) > ENOUGH ? directory : undefined;
}
