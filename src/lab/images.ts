import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Major, SUITES } from '../model/topology.ts';
import { dataDirectory, packageFile, tidy } from '../util/paths.ts';
import { EXIT, UserError } from '../util/user-error.ts';
import { debianMirror } from './debian-mirror.ts';
import type { OnProgress } from './lab.ts';
import { withLock } from './lock.ts';
import { rootfsProgress } from './rootfs-progress.ts';

const recipe = (): string => packageFile('lab-images', 'postgres');

/** Content hash of the recipe for a major: a changed recipe makes another image, an unchanged one never does. */
export async function recipeHash(major: Major): Promise<string> {
  const hash = createHash('sha256').update(`${major} ${SUITES[major]}`);
  const entries = await readdir(recipe(), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  for (const file of files.sort()) hash.update(`\0${file.slice(recipe().length)}\0`).update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}

const tarballOf = async (major: Major): Promise<string> =>
  join(dataDirectory(), 'images', `postgres-${major}-${await recipeHash(major)}.tar`);

/** The root file system for a major, made from the recipe as it is now, as a tarball; undefined where there is none. */
export async function findRootfs(major: Major): Promise<string | undefined> {
  const tarball = await tarballOf(major);
  return access(tarball).then(
    () => tarball,
    () => undefined,
  );
}

/**
 * Makes that tarball out of Debian packages, as root or as an ordinary user, and returns its path. Takes 30 to 60 s. Two
 * programs that want the same one make it once.
 */
export async function buildRootfs(major: Major, onProgress: OnProgress, signal?: AbortSignal): Promise<string> {
  const tarball = await tarballOf(major);
  await mkdir(join(dataDirectory(), 'images'), { recursive: true });
  const waiting = () =>
    onProgress({ text: `Waiting for another waldojo, which makes the image for PostgreSQL ${major}` });
  return withLock(`${tarball}.lock`, waiting, signal, async () => {
    if (!(await findRootfs(major))) await bootstrap(major, tarball, onProgress, signal);
    return tarball;
  });
}

async function bootstrap(major: Major, tarball: string, onProgress: OnProgress, signal?: AbortSignal): Promise<void> {
  const { execa } = await import('execa');
  const part = `${tarball}.part`;
  const logFile = join(dataDirectory(), 'images', `postgres-${major}.log`);
  const log = createWriteStream(logFile);
  const tail: string[] = [];
  const progress = rootfsProgress(SUITES[major]);
  const quoted = (path: string) => `'${path.replaceAll("'", "'\\''")}'`;
  const hooks = [
    'mkdir "$1/tmp/waldojo"',
    `copy-in ${quoted(join(recipe(), 'setup.sh'))} ${quoted(join(recipe(), 'files'))} /tmp/waldojo`,
    `chroot "$1" bash /tmp/waldojo/setup.sh ${major}`,
    'rm -r "$1/tmp/waldojo"',
  ];
  const args = [
    '--variant=apt',
    '--format=tar',
    // A mirror that is a snapshot may be past its date. Only the date is ignored: signatures are still checked.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    ...hooks.map((hook) => `--customize-hook=${hook}`),
    SUITES[major],
    part,
    await debianMirror(),
  ];
  try {
    const child = execa('mmdebstrap', args, {
      stdin: 'ignore',
      all: true,
      buffer: false,
      cleanup: true,
      ...(signal && { cancelSignal: signal }),
      // It unmounts and removes what it made before it ends.
      forceKillAfterDelay: 15_000,
    });
    for await (const line of child.iterable({ from: 'all' })) {
      log.write(`${line}\n`);
      tail.push(line);
      if (tail.length > 20) tail.shift();
      const step = progress(line);
      if (step) onProgress(step);
    }
    await child;
    await rename(part, tarball);
  } catch (error) {
    await rm(part, { force: true });
    signal?.throwIfAborted();
    throw explain(error, tail, logFile);
  } finally {
    log.end();
  }
}

function explain(error: unknown, tail: string[], logFile: string): UserError {
  const said = tail.join('\n');
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
    return new UserError('mmdebstrap-missing', 'Lab images are made with mmdebstrap, which is not installed here.', {
      hint: 'sudo apt-get install mmdebstrap',
      packages: ['mmdebstrap'],
      exit: EXIT.environment,
      cause: error,
    });
  }
  if (/No space left on device|Disk quota exceeded/i.test(said)) {
    return new UserError(
      'disk-full',
      `The disk became full: an image needs 2 GB, half of it in ${process.env.TMPDIR ?? '/tmp'}.`,
      {
        hint: 'Free some space, or set TMPDIR and WALDOJO_DATA to directories that have it',
        exit: EXIT.environment,
        cause: error,
      },
    );
  }
  return new UserError('image-build-failed', `The image could not be made. The last that was said:\n${said}`, {
    hint: `The whole log is in ${tidy(logFile)}`,
    exit: EXIT.environment,
    cause: error,
  });
}
