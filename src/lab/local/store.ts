import { randomBytes } from 'node:crypto';
import { chown, lstat, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { MAJORS, type Major, type Topology } from '../../model/topology.ts';
import { ownDirectory, readBounded, reasonOf, writeWhole } from '../../util/files.ts';
import { dataDirectory } from '../../util/paths.ts';
import { EXIT, UserError } from '../../util/user-error.ts';
import { ownerIsAlive, ownerOf } from '../ids.ts';
import type { LabLabels } from '../lab.ts';
import { runMapped } from './mapped.ts';
import { isRoot, ROOT_BASE } from './mapping.ts';

/*
 * <data>/local/images/postgres-<major>-<hash>/   image.json, rootfs
 * <data>/local/labs/<id>/                        lab.json, up (what the lab changed), wk, root (where it is mounted), snapshots/<n>
 * The directory of a lab that is not to be kept may be a link to one in memory (see memory.ts).
 * A name with a leading dot is being made or removed, by the program that it ends with.
 */

/**
 * The directory that all paths of this runtime are relative to. Root's labs belong to other ids than an ordinary user's,
 * hence the two names.
 */
export const storeDirectory = (): string => join(dataDirectory(), isRoot() ? 'local-root' : 'local');
export const inStore = (...path: string[]): string => join(storeDirectory(), ...path);

export const labPath = (id: string): string => `labs/${id}`;
export const imagePath = (image: string): string => `images/${image}`;

/** A snapshot's id is `<lab>.<n>`, so that it goes with its lab. */
export const labOf = (snapshot: string): string => snapshot.slice(0, snapshot.lastIndexOf('.'));
export const snapshotPath = (snapshot: string): string =>
  `${labPath(labOf(snapshot))}/snapshots/${snapshot.slice(labOf(snapshot).length + 1)}`;

/** Of the file's format. What a version of tomorrow writes is left alone. */
const VERSION = 1;

/** What is known of a lab, in its lab.json. */
export interface LabFile extends LabLabels {
  version?: typeof VERSION;
  major: Major;
  topology: Topology;
  /** Directory name of the image that its disk is a change of. */
  image: string;
  created: string;
  /** The program that uses it (see `ownerOf`); absent when stopped. */
  owner?: string | undefined;
  /** Its first process, likewise. */
  init?: string | undefined;
}

/** Makes a directory that belongs to the root of the labs. Others must keep out: set-user-id programs are in there. */
export async function makeDirectory(path: string): Promise<void> {
  if (!isRoot()) return ownDirectory(inStore(path));
  await ownDirectory(inStore(path), ROOT_BASE);
  await chown(inStore(path), ROOT_BASE, ROOT_BASE);
}

/** Throws a UserError `not-ours`, or what the system says. */
export async function prepareStore(): Promise<void> {
  for (const path of ['.', 'images', 'labs']) await makeDirectory(path);
}

/** The same, for whoever needs it: throws a UserError where no disk of a lab can be kept. */
export async function openStore(): Promise<void> {
  try {
    await prepareStore();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('no-data-directory', `${storeDirectory()} cannot be made: ${reasonOf(error)}.`, {
      hint: 'Make room for it there, or set WALDOJO_DATA to a directory that you can write to.',
      exit: EXIT.environment,
      cause: error,
    });
  }
}

/** Names of what is in `images` or `labs`; those with a leading dot too when asked for. */
export async function namesIn(kind: 'images' | 'labs', hidden = false): Promise<string[]> {
  const names = await readdir(inStore(kind)).catch(() => []);
  return names.filter((name) => name.startsWith('.') === hidden).sort();
}

/** What is known of a lab. `damage` says why not, as a sentence that goes on with its id, where there is a disk all the same. */
export async function lookAtLab(id: string): Promise<{ file?: LabFile; damage?: string }> {
  let text: string;
  try {
    text = String(await readBounded(inStore(labPath(id), 'lab.json'), { limit: 1_000_000 }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return { damage: `its lab.json: ${reasonOf(error)}` };
    // Without a disk it is one that is being made, or was not made any further.
    return lstat(inStore(labPath(id), 'up')).then(
      () => ({ damage: 'its lab.json is missing' }),
      () => ({}),
    );
  }
  try {
    const found: unknown = JSON.parse(text);
    if (isLabFile(found)) return { file: found };
    if (isNewer(found)) return { damage: 'it is of a newer waldojo' };
  } catch {}
  return { damage: text.trim() === '' ? 'its lab.json is empty' : 'its lab.json is damaged' };
}

export const readLab = async (id: string): Promise<LabFile | undefined> => (await lookAtLab(id)).file;

function isLabFile(value: unknown): value is LabFile {
  const { version = VERSION, scenario, keep, major, topology, image, created, owner, init } = fieldsOf(value);
  const { host, clusters } = fieldsOf(topology);
  return (
    version === VERSION &&
    [scenario, host].every((text) => typeof text === 'string') &&
    typeof keep === 'boolean' &&
    MAJORS.some((known) => known === major) &&
    Array.isArray(clusters) &&
    typeof image === 'string' &&
    /^[\w-]+$/.test(image) &&
    typeof created === 'string' &&
    !Number.isNaN(Date.parse(created)) &&
    [owner, init].every((process) => process === undefined || /^\d+:\d+$/.test(String(process)))
  );
}

const isNewer = (value: unknown): boolean => Number(fieldsOf(value).version) > VERSION;
const fieldsOf = (value: unknown): Record<string, unknown> => ({ ...(value as Record<string, unknown> | null) });

/** A lab that goes with its program need not outlive a power cut. */
export async function writeLab(id: string, lab: LabFile): Promise<void> {
  const text = JSON.stringify({ version: VERSION, ...lab }, null, 2);
  await writeWhole(inStore(labPath(id), 'lab.json'), text, { mode: 0o600, sync: lab.keep });
}

/** A name for something that is being made or removed. `isForgotten` once this program has died. */
export const hiddenName = (name: string): string => `.${name}-${randomBytes(3).toString('hex')}~${ownerOf()}`;

export function isForgotten(hidden: string): boolean {
  const [, owner] = hidden.split('~');
  return owner !== undefined && !ownerIsAlive(owner);
}

/** Removes a directory of the store. It is renamed first, so that nobody finds half of it. No error where there is none. */
export async function discard(kind: 'images' | 'labs', name: string): Promise<void> {
  const hidden = name.startsWith('.') ? name : hiddenName(name);
  if (hidden !== name) {
    try {
      await rename(inStore(kind, name), inStore(kind, hidden));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
  }
  // What it links to goes first, lest nothing leads there any more.
  await runMapped('rm -rf -- "$(readlink -- "$1")" "$1"', [`${kind}/${hidden}`], { cwd: storeDirectory() });
}
