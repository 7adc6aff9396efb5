import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { access, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Major, SUITES } from '../model/topology.ts';
import { ownDirectory, reasonOf, sweepTemporaries, writeWhole } from '../util/files.ts';
import { dataDirectory, packageFile } from '../util/paths.ts';
import { EXIT, UserError } from '../util/user-error.ts';
import { makeRootfs, sweepBuilds } from './debian-rootfs.ts';
import type { OnProgress } from './lab.ts';
import { sweepLocks, withLock } from './lock.ts';

const recipe = (): string => packageFile('lab-images', 'postgres');

/** Content hash of the recipe for a major: a changed recipe makes another image, an unchanged one never does. */
export async function recipeHash(major: Major): Promise<string> {
  const hash = createHash('sha256').update(`${major} ${SUITES[major]}`);
  const entries = await readdir(recipe(), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  for (const file of files.sort()) hash.update(`\0${file.slice(recipe().length)}\0`).update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}

const imagesDirectory = (): string => join(dataDirectory(), 'images');

/** Sees to it that the directory for what images are made of is there, and returns it. */
export async function prepareImages(): Promise<string> {
  await ownDirectory(imagesDirectory());
  await sweepImages();
  return imagesDirectory();
}

/** Removes what programs left behind that were killed while they made an image. */
export async function sweepImages(): Promise<void> {
  await sweepTemporaries(imagesDirectory());
  await sweepLocks(imagesDirectory());
  await sweepBuilds();
}

/**
 * Writes what an image consists of to a file that a person named, maybe in a folder of many. `work` makes the chunks, and is
 * told to stop where they cannot be written; its failure is that of the whole, and then there is no file.
 */
export async function writeTarball(
  tarball: string,
  chunks: AsyncIterable<Uint8Array>,
  work: (stop: AbortSignal) => Promise<unknown> = async () => {},
): Promise<void> {
  const present = await stat(tarball).catch(() => undefined);
  if (present && !present.isFile()) throw unwritable(tarball, new Error('it is there, and no file'));
  const stop = new AbortController();
  const write = async (file: FileHandle) => {
    for await (const chunk of chunks) await file.writeFile(chunk);
  };
  await writeWhole(tarball, async (file) => {
    const written = write(file).catch((error) => {
      stop.abort(error);
      throw error;
    });
    await Promise.all([written, work(stop.signal)]);
  }).catch((error: NodeJS.ErrnoException) => {
    throw error.syscall ? unwritable(tarball, error) : error;
  });
}

const unwritable = (tarball: string, error: unknown): UserError =>
  new UserError('export-file', `${tarball} cannot be written: ${reasonOf(error)}.`, {
    hint: 'Name a file in a directory that you can write to and that has 500 MB left.',
    exit: EXIT.environment,
    cause: error,
  });

const tarballOf = async (major: Major): Promise<string> =>
  join(imagesDirectory(), `postgres-${major}-${await recipeHash(major)}.tar`);

/** The root file system for a major, made from the recipe as it is now, as a tarball; undefined where there is none. */
export async function findRootfs(major: Major): Promise<string | undefined> {
  const tarball = await tarballOf(major);
  return access(tarball).then(
    () => tarball,
    () => undefined,
  );
}

/**
 * Makes that tarball out of Debian packages, as root or as an ordinary user, and returns its path. Takes about a minute.
 * Two programs that want the same one make it once.
 */
export async function buildRootfs(major: Major, onProgress: OnProgress, signal?: AbortSignal): Promise<string> {
  const tarball = await tarballOf(major);
  await prepareImages();
  const waiting = () =>
    onProgress({ text: `Waiting for another waldojo, which makes the image for PostgreSQL ${major}` });
  return withLock(`${tarball}.lock`, waiting, signal, async () => {
    if (await findRootfs(major)) return tarball;
    const log = join(imagesDirectory(), `postgres-${major}.log`);
    const order = { suite: SUITES[major], recipe: recipe(), argument: String(major), tarball, log };
    await makeRootfs(order, onProgress, signal);
    return tarball;
  });
}
