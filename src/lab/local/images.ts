import { createReadStream } from 'node:fs';
import { access, rename, rm, stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { MAJORS, type Major } from '../../model/topology.ts';
import { readBounded, writeWhole } from '../../util/files.ts';
import { EXIT, UserError } from '../../util/user-error.ts';
import { buildRootfs, findRootfs, recipeHash, writeTarball } from '../images.ts';
import type { ImageInfo, OnProgress } from '../lab.ts';
import { withLock } from '../lock.ts';
import { runMapped } from './mapped.ts';
import {
  discard,
  hiddenName,
  imagePath,
  inStore,
  makeDirectory,
  namesIn,
  openStore,
  readLab,
  storeDirectory,
} from './store.ts';

const nameOf = ({ major, tag }: Pick<ImageInfo, 'major' | 'tag'>): string => `postgres-${major}-${tag}`;

/** Directory name of the image that is made from the recipe as it is now. */
export const currentImage = async (major: Major): Promise<string> => nameOf({ major, tag: await recipeHash(major) });

export const imageExists = (image: string): Promise<boolean> =>
  access(inStore(imagePath(image), 'image.json')).then(
    () => true,
    () => false,
  );

export async function listImages(): Promise<ImageInfo[]> {
  const images: ImageInfo[] = [];
  for (const name of await namesIn('images')) {
    const [, digits, tag] = /^postgres-(\d+)-(\w+)$/.exec(name) ?? [];
    const major = MAJORS.find((known) => String(known) === digits);
    if (!major || !tag || !(await imageExists(name))) continue;
    images.push({ major, tag, bytes: await sizeOf(name), current: tag === (await recipeHash(major)) });
  }
  return images;
}

/** Bytes of the tarball that it was made from; 0 where that can no longer be read. */
async function sizeOf(image: string): Promise<number> {
  try {
    const { bytes } = JSON.parse(String(await readBounded(inStore(imagePath(image), 'image.json'), { limit: 10_000 })));
    return Number.isFinite(bytes) ? bytes : 0;
  } catch {
    return 0;
  }
}

export async function removeImage(image: ImageInfo): Promise<void> {
  const name = nameOf(image);
  for (const id of await namesIn('labs')) {
    if ((await readLab(id))?.image !== name) continue;
    throw new UserError('image-in-use', `The lab ${id} lives on this image.`, { hint: `waldojo labs rm ${id}` });
  }
  await discard('images', name);
}

export async function buildImage(major: Major, onProgress: OnProgress, signal?: AbortSignal): Promise<void> {
  await openStore();
  const name = await currentImage(major);
  const waiting = () => onProgress({ text: 'Waiting for another waldojo, which makes this image' });
  await withLock(inStore(imagePath(`.${name}.lock`)), waiting, signal, async () => {
    if (await imageExists(name)) return;
    const tarball = (await findRootfs(major)) ?? (await buildRootfs(major, part(onProgress, 0, 0.9), signal));
    await importImage(major, tarball, part(onProgress, 0.9, 1), signal);
    // Unpacked it is of more use, and the two would take twice the space.
    await rm(tarball, { force: true });
  });
}

/** Progress of a part of the work, from one share of the whole to another. */
const part =
  (onProgress: OnProgress, from: number, to: number): OnProgress =>
  ({ text, fraction }) =>
    onProgress({ text, ...(fraction !== undefined && { fraction: from + (to - from) * fraction }) });

/** Unpacks a root file system tarball under the name of the current recipe. Device files are left out: a lab has its own. */
export async function importImage(
  major: Major,
  tarball: string,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<void> {
  const { size: bytes } = await stat(tarball).catch((cause) => {
    throw new UserError('no-tarball', `${tarball} cannot be read.`, { exit: EXIT.usage, cause });
  });
  await openStore();
  const tag = await recipeHash(major);
  const name = nameOf({ major, tag });
  const hidden = hiddenName(name);
  await makeDirectory(imagePath(hidden));
  try {
    const show = (fraction: number) => onProgress({ text: `Unpacking PostgreSQL ${major}`, fraction });
    const input = createReadStream(tarball, { highWaterMark: 1 << 20 }).pipe(meter(bytes, show));
    const unpack =
      'mkdir "$1/rootfs"; tar -C "$1/rootfs" -x -p --numeric-owner --exclude="./dev/*"; test -x "$1/rootfs/usr/local/lib/waldojo/init"';
    await runMapped(unpack, [imagePath(hidden)], { cwd: storeDirectory(), signal, input }).catch((error) => {
      throw error instanceof UserError && error.code === 'lab-disk-failed'
        ? new UserError('not-an-image', `${tarball} is no lab image.`, {
            exit: EXIT.usage,
            cause: error,
          })
        : error;
    });
    await writeWhole(inStore(imagePath(hidden), 'image.json'), JSON.stringify({ major, tag, bytes }));
    // Another program may have been faster.
    if (!(await imageExists(name))) await rename(inStore(imagePath(hidden)), inStore(imagePath(name)));
  } finally {
    await discard('images', hidden);
  }
}

export async function exportImage(
  major: Major,
  tarball: string,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<void> {
  const name = await currentImage(major);
  if (!(await imageExists(name))) throw imageMissing(major);
  const count = meter(await sizeOf(name), (fraction) => onProgress({ text: `Writing ${tarball}`, fraction }));
  const pack = (stop: AbortSignal) =>
    runMapped('tar -C "$1/rootfs" -c --numeric-owner .', [imagePath(name)], {
      cwd: storeDirectory(),
      signal: AbortSignal.any([stop, ...(signal ? [signal] : [])]),
      output: count,
    });
  await writeTarball(tarball, count, pack);
}

/** Passes bytes on and tells what share of the total has passed. */
function meter(total: number, onFraction: (fraction: number) => void): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk, _, done) {
      passed += chunk.length;
      onFraction(Math.min(1, passed / total));
      done(null, chunk);
    },
  });
}

export const imageMissing = (major: Major): UserError =>
  new UserError('image-missing', `The lab image for PostgreSQL ${major} is not there.`, {
    hint: `waldojo images build --pg ${major}`,
    exit: EXIT.environment,
  });
