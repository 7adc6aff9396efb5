import { addAbortListener } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { type Major, SUITES } from '../../model/topology.ts';
import { packageFile } from '../../util/paths.ts';
import { EXIT, messageOf, UserError } from '../../util/user-error.ts';
import { newLabId } from '../ids.ts';
import { buildRootfs, findRootfs, prepareImages, recipeHash, writeTarball } from '../images.ts';
import type { ImageInfo, OnProgress } from '../lab.ts';
import { withLock } from '../lock.ts';
import { confined } from './confinement.ts';
import { createContainer, removeContainer } from './containers.ts';
import { ask, EngineError, explain, isMissing } from './errors.ts';
import { follow, type Item } from './progress.ts';
import { proxyArguments } from './proxies.ts';
import { lineOf } from './transport.ts';

const REPOSITORY = 'waldojo/postgres';
const nameOf = (major: Major, hash: string): string => `${REPOSITORY}:${major}-${hash}`;

/** The image for a major, made from the recipe as it is now. */
export const imageName = async (major: Major): Promise<string> => nameOf(major, await recipeHash(major));

export async function listImages(docker: Docker): Promise<ImageInfo[]> {
  const images = await ask('list the images', docker.listImages({ filters: { reference: [REPOSITORY] } }));
  const found = images.flatMap(({ RepoTags, Size }) =>
    (RepoTags ?? []).map(async (name) => {
      // Podman puts its own host in front: localhost/waldojo/postgres:17-….
      const [, digits, tag] = /(?:^|\/)waldojo\/postgres:(\d+)-(\w+)$/.exec(name) ?? [];
      const major = Number(digits) as Major;
      return tag && major in SUITES ? [{ major, tag, current: tag === (await recipeHash(major)), bytes: Size }] : [];
    }),
  );
  return (await Promise.all(found)).flat();
}

export async function hasImage(docker: Docker, major: Major): Promise<boolean> {
  return exists(docker, await imageName(major));
}

const exists = async (docker: Docker, image: string): Promise<boolean> => (await idOf(docker, image)) !== undefined;

async function idOf(docker: Docker, image: string): Promise<string | undefined> {
  try {
    return (await docker.getImage(image).inspect()).Id;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw explain(error, 'look for the lab image');
  }
}

export async function removeImage(docker: Docker, { major, tag }: ImageInfo): Promise<void> {
  const removal = docker.getImage(nameOf(major, tag)).remove();
  await ask(
    'remove the image',
    removal.catch((error) => isMissing(error) || Promise.reject(error)),
  );
}

/**
 * From a root file system that is here already, else from the Dockerfile, else, where no registry answers, by mmdebstrap.
 * Two programs that want the same image make it once.
 */
export async function buildImage(
  docker: Docker,
  major: Major,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<void> {
  const folder = await prepareImages();
  const waiting = () =>
    onProgress({ text: `Waiting for another waldojo, which makes the image for PostgreSQL ${major}` });
  await withLock(join(folder, `docker-${major}-${await recipeHash(major)}.lock`), waiting, signal, async () => {
    if (!(await hasImage(docker, major))) await makeImage(docker, major, onProgress, signal);
  });
}

async function makeImage(docker: Docker, major: Major, onProgress: OnProgress, signal?: AbortSignal): Promise<void> {
  const stored = await findRootfs(major);
  if (stored) return importImage(docker, major, stored, onProgress, signal);
  const base = `debian:${SUITES[major]}-slim`;
  const refused = await fetchBase(docker, base, onProgress, signal);
  if (!refused) return buildFromBase(docker, major, onProgress, signal);
  onProgress({ text: `${base} cannot be fetched (${refused}), so it is made of packages here` });
  await importImage(docker, major, await buildRootfs(major, onProgress, signal), onProgress, signal);
}

/** Sees to it that the base image is there; returns what the registry said where it cannot be had. */
async function fetchBase(
  docker: Docker,
  base: string,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (await exists(docker, base)) return undefined;
  onProgress({ text: `Fetching ${base}` });
  try {
    const stream = await docker.pull(base, { abortSignal: signal });
    await follow(docker, stream, ({ status }) => onProgress({ text: `Fetching ${base}: ${status}` }), signal);
    return undefined;
  } catch (error) {
    signal?.throwIfAborted();
    const reason = explain(error, `fetch ${base}`);
    if (reason instanceof UserError && reason.code !== 'engine-error') throw reason;
    return lastClause(reason instanceof EngineError ? reason.what : messageOf(reason));
  }
}

/** Of a message such as `Get "https://…": dial tcp: lookup …: no such host`, what matters. */
const lastClause = (message: string): string => message.split(': ').at(-1)!.trim();

async function buildFromBase(
  docker: Docker,
  major: Major,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<void> {
  const options = {
    t: await imageName(major),
    buildargs: { ...proxyArguments(lineOf(docker).address), SUITE: SUITES[major], MAJOR: String(major) },
    labels: labels(major, await recipeHash(major)),
    rm: true,
    forcerm: true,
    ...(signal && { abortSignal: signal }),
  };
  const context = { context: packageFile('lab-images/postgres'), src: ['Dockerfile', 'setup.sh', 'files'] };
  const stream = await ask('build the image', docker.buildImage(context, options));
  const show = ({ stream: line }: Item) => line && onProgress({ text: line });
  await ask('build the image', follow(docker, stream, show, signal));
}

const labels = (major: Major, hash: string) => ({ 'waldojo.image': hash, 'waldojo.image.major': String(major) });

export async function importImage(
  docker: Docker,
  major: Major,
  tarball: string,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<void> {
  const hash = await recipeHash(major);
  const { size } = await stat(tarball).catch((cause) => {
    throw new UserError('no-tarball', `${tarball} cannot be read.`, { exit: EXIT.usage, cause });
  });
  const text = `Giving PostgreSQL ${major} to the engine`;
  const source = counted(createReadStream(tarball, signal ? { signal } : {}), (read) =>
    onProgress({ text, fraction: read / size }),
  );
  const changes = Object.entries(labels(major, hash)).map(([name, value]) => `LABEL ${name}=${value}`);
  const settings = {
    repo: REPOSITORY,
    tag: `${major}-${hash}`,
    changes: [...changes, 'ENV LANG=en_US.UTF-8', 'CMD ["bash"]'],
  };
  const before = await idOf(docker, nameOf(major, hash));
  const stream = await ask(
    'import the image',
    docker.importImage(Readable.from(source, { objectMode: false }), settings),
  );
  await ask(
    'import the image',
    follow(docker, stream, () => {}, signal),
  );
  // One that was replaced has lost its name; where labs use it, it goes with the engine's next clean-up.
  if (before)
    await docker
      .getImage(before)
      .remove()
      .catch(() => {});
}

/** Passes a stream on, and tells after each chunk how many bytes that makes. */
async function* counted(source: Readable, onBytes: (total: number) => void): AsyncGenerator<Buffer> {
  let total = 0;
  for await (const chunk of source) {
    total += chunk.length;
    onBytes(total);
    yield chunk;
  }
}

/** Writes the file system of the image, by way of a container that never runs. */
export async function exportImage(
  docker: Docker,
  major: Major,
  tarball: string,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<void> {
  const image = await imageName(major);
  // Labelled as a lab that is not kept, so that it goes even if this program dies.
  const labelled = { id: newLabId('export'), scenario: 'export', keep: false, major, host: 'export' };
  const container = await confined(docker, (settings) =>
    createContainer(docker, { ...labelled, image, start: [] }, settings),
  );
  try {
    const { Size } = await docker.getImage(image).inspect();
    const source = (await ask('export the image', container.export())) as Readable;
    const tell = (written: number) => onProgress({ text: `Writing ${tarball}`, fraction: Math.min(1, written / Size) });
    const stopping = signal && addAbortListener(signal, () => source.destroy(signal.reason));
    await writeTarball(tarball, counted(source, tell)).finally(() => stopping?.[Symbol.dispose]());
  } finally {
    await removeContainer(container);
  }
}
