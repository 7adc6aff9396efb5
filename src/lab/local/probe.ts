import { execFile } from 'node:child_process';
import { access, constants, readFile } from 'node:fs/promises';
import { release, userInfo } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { dataDirectory, tidy } from '../../util/paths.ts';
import { printable } from '../../util/printable.ts';
import { messageOf, UserError } from '../../util/user-error.ts';
import type { Probe } from '../lab.ts';
import { diagnose, type Facts, whyNoStore } from './diagnosis.ts';
import { PATH, runMapped } from './mapped.ts';
import { findMapping, isRoot } from './mapping.ts';
import { discard, hiddenName, makeDirectory, prepareStore, storeDirectory } from './store.ts';

/** All that may be refused, in a directory of the store: an overlay there, a new /proc, a network. */
// -P: the logical path of a plain cd may lead through directories that the mapped root may not enter.
const ATTEMPT = `cd -P "$1"
mkdir lower up wk root
exec unshare --mount --pid --net --ipc --uts --cgroup --fork --kill-child --propagation private sh -ec '
mount -t overlay overlay -o lowerdir=lower,upperdir=up,workdir=wk,userxattr root
mount -t proc proc root
ip link set lo up'`;

/** Tries it, and only if that fails looks for the reason. */
export async function probeLocal(signal?: AbortSignal): Promise<Probe> {
  const name = hiddenName('probe');
  try {
    if (process.platform !== 'linux') throw new Error('not Linux');
    const store = mayWrite(storeDirectory())
      .then(prepareStore)
      .then(() => makeDirectory(`labs/${name}`));
    const unfit = await store.then(
      () => undefined,
      (error: NodeJS.ErrnoException) => {
        // A root that may not give files away, as in some containers, can make no labs anywhere.
        if (error.syscall === 'chown') throw error;
        return whyNoStore(error, printable(tidy(dataDirectory())));
      },
    );
    if (unfit) return unfit;
    const attempt = runMapped(ATTEMPT, [`labs/${name}`], { cwd: storeDirectory(), signal });
    const [version] = await Promise.all([utilLinux(), attempt]);
    return { ok: true, version: `util-linux ${version}, Linux ${release()}` };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof UserError && error.code === 'disk-full')
      return whyNoStore(error, printable(tidy(dataDirectory())));
    return diagnose(await gather(messageOf(error)));
  } finally {
    // In the background: nobody waits for it.
    discard('labs', name).catch(() => {});
  }
}

/** To make a directory with those above it fails on a read-only file system as if something were missing (Node). */
async function mayWrite(directory: string): Promise<void> {
  try {
    await access(directory, constants.W_OK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || directory === dirname(directory)) throw error;
    await mayWrite(dirname(directory));
  }
}

async function utilLinux(): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)('unshare', ['--version'], { env: { PATH } });
  return /\d+(\.\d+)+/.exec(stdout)?.[0];
}

async function gather(said: string): Promise<Facts> {
  const root = isRoot();
  const read = (file: string) => readFile(file, 'utf8').catch(() => '');
  const commands = [
    'unshare',
    'nsenter',
    'setpriv',
    'pivot_root',
    'mount',
    'umount',
    'hostname',
    'ip',
    'tar',
    'bash',
    'perl',
  ];
  if (!root) commands.push('newuidmap', 'newgidmap');
  const there = await Promise.all(commands.map(isCommand));
  const release_ = await read('/etc/os-release');
  return {
    platform: process.platform,
    release: release(),
    root,
    user: userInfo().username,
    missing: commands.filter((_, i) => !there[i]),
    utilLinux: await utilLinux().catch(() => undefined),
    distribution: [...release_.matchAll(/^ID(?:_LIKE)?=(.*)$/gm)].map(([, value]) => value).join(' '),
    hasIds: (await findMapping()) !== undefined,
    subuid: await read('/etc/subuid'),
    settings: await settings(),
    said,
  };
}

async function isCommand(name: string): Promise<boolean> {
  const attempts = PATH.split(':').map((directory) => access(`${directory}/${name}`, constants.X_OK));
  return Promise.any(attempts).then(
    () => true,
    () => false,
  );
}

async function settings(): Promise<Record<string, string>> {
  const names = [
    'kernel/apparmor_restrict_unprivileged_userns',
    'kernel/unprivileged_userns_clone',
    'user/max_user_namespaces',
  ];
  const found = await Promise.all(
    names.map(
      async (name) => [name.replace('/', '.'), await readFile(`/proc/sys/${name}`, 'utf8').catch(() => '')] as const,
    ),
  );
  return Object.fromEntries(found.map(([name, text]) => [name, text.trim()]));
}
