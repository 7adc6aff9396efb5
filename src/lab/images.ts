import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Major, SUITES } from '../model/topology.ts';
import { dataDirectory, packageFile } from '../util/paths.ts';
import { makeRootfs } from './debian-rootfs.ts';
import type { OnProgress } from './lab.ts';
import { withLock } from './lock.ts';

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
  await mkdir(imagesDirectory(), { recursive: true });
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
