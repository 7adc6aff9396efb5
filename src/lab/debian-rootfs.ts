import { addAbortListener } from 'node:events';
import { createWriteStream } from 'node:fs';
import { chmod, lstat, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { temporaryName } from '../util/files.ts';
import { ownerIsAlive, ownerOf } from '../util/owner.ts';
import { tidy } from '../util/paths.ts';
import { EXIT, UserError } from '../util/user-error.ts';
import { debianMirror } from './debian-mirror.ts';
import type { OnProgress } from './lab.ts';
import { runMapped } from './local/mapped.ts';
import { isRoot } from './local/mapping.ts';
import { rootfsProgress } from './rootfs-progress.ts';

interface Order {
  suite: string;
  /** Directory that holds setup.sh and files/. */
  recipe: string;
  /** `$1` of setup.sh. */
  argument: string;
  tarball: string;
  /** Receives all output. */
  log: string;
}

/** Lines of the log that an error shows. */
const SHOWN = 20;

/**
 * Makes a root file system tarball out of Debian packages and a recipe, as root or as an ordinary user. However it ends,
 * nothing else is left behind than the log.
 */
export async function makeRootfs(order: Order, onProgress: OnProgress, signal?: AbortSignal): Promise<void> {
  const { execa } = await import('execa');
  const part = join(dirname(order.tarball), temporaryName(basename(order.tarball)));
  const log = createWriteStream(order.log);
  const progress = rootfsProgress(order.suite);
  const tail: string[] = [];
  const temporary = await mkdtemp(join(tmpdir(), `waldojo-${ownerOf().replace(':', '-')}-`));
  // The packages are fetched and unpacked by other users too.
  await chmod(temporary, 0o755);
  const [file, ...args] = await commandOf(order, part);
  try {
    const child = execa(file!, args, {
      stdin: 'ignore',
      all: true,
      buffer: false,
      detached: true,
      env: { TMPDIR: temporary },
    });
    if (signal) addAbortListener(signal, () => kill(child.pid));
    for await (const line of child.iterable({ from: 'all' })) {
      log.write(`${line}\n`);
      tail.push(line);
      if (tail.length > SHOWN) tail.shift();
      const step = progress(line);
      if (step) onProgress(step);
    }
    await child;
    await rename(part, order.tarball);
  } catch (error) {
    signal?.throwIfAborted();
    throw explain(error, tail, order.log, tmpdir());
  } finally {
    log.end();
    await rm(part, { force: true });
    await removeTree(temporary);
  }
}

async function commandOf({ suite, recipe, argument }: Order, part: string): Promise<string[]> {
  const quoted = (path: string) => `'${path.replaceAll("'", "'\\''")}'`;
  const hooks = [
    'mkdir "$1/tmp/waldojo"',
    `copy-in ${quoted(join(recipe, 'setup.sh'))} ${quoted(join(recipe, 'files'))} /tmp/waldojo`,
    `chroot "$1" bash /tmp/waldojo/setup.sh ${argument}`,
    'rm -r "$1/tmp/waldojo"',
  ];
  return [
    // Whatever becomes of us, it does not go on alone.
    ...['setpriv', '--pdeathsig', 'KILL', '--'],
    // In namespaces of its own, all its processes and mounts end with it. For an ordinary user it makes them itself.
    ...(isRoot() ? ['unshare', '--mount', '--pid', '--mount-proc', '--fork', '--kill-child', '--'] : []),
    ...['mmdebstrap', '--variant=apt', '--format=tar'],
    // A mirror that is a snapshot may be past its date. Only the date is ignored: signatures are still checked.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    ...hooks.map((hook) => `--customize-hook=${hook}`),
    ...[suite, part, await debianMirror()],
  ];
}

function kill(group: number | undefined): void {
  try {
    if (group) process.kill(-group, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/** Removes where programs of ours worked that were killed over it. */
export async function sweepBuilds(): Promise<void> {
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const [, pid, start] = /^waldojo-(\d+)-(\d+)-\w{6}$/.exec(name) ?? [];
    if (pid === undefined || ownerIsAlive(`${pid}:${start}`)) continue;
    const path = join(tmpdir(), name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory() && found.uid === process.geteuid?.()) await removeTree(path).catch(() => {});
  }
}

/** An ordinary user may not remove what the other users of a root file system own, except as their root. */
async function removeTree(directory: string): Promise<void> {
  if (isRoot()) await rm(directory, { recursive: true, force: true });
  else await runMapped('rm -rf -- "$1"', [directory], { cwd: dirname(directory) });
}

function explain(error: unknown, tail: string[], log: string, temporary: string): UserError {
  const said = tail.join('\n');
  const { code, exitCode } = error as { code?: string; exitCode?: number };
  if (code === 'ENOENT' || exitCode === 127) {
    return new UserError('mmdebstrap-missing', 'Lab images are made with mmdebstrap, which is not installed here.', {
      hint: 'sudo apt-get install mmdebstrap',
      packages: ['mmdebstrap'],
      exit: EXIT.environment,
      cause: error,
    });
  }
  if (/No space left on device|Disk quota exceeded/i.test(said)) {
    return new UserError('disk-full', `The disk became full: an image needs 2 GB, half of it in ${temporary}.`, {
      hint: 'Free some space, or set TMPDIR and WALDOJO_DATA to directories that have it',
      exit: EXIT.environment,
      cause: error,
    });
  }
  return new UserError('image-build-failed', `The image could not be made. The last that was said:\n${said}`, {
    hint: `The whole log is in ${tidy(log)}`,
    exit: EXIT.environment,
    cause: error,
  });
}
