import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Major, Topology } from '../../model/topology.ts';
import { dataDirectory } from '../../util/paths.ts';
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

/** What is known of a lab, in its lab.json. */
export interface LabFile extends LabLabels {
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
  await mkdir(inStore(path), { recursive: true, mode: 0o700 });
  if (isRoot()) await chown(inStore(path), ROOT_BASE, ROOT_BASE);
}

export async function prepareStore(): Promise<void> {
  await mkdir(dataDirectory(), { recursive: true });
  for (const path of ['.', 'images', 'labs']) await makeDirectory(path);
}

/** Names of what is in `images` or `labs`; those with a leading dot too when asked for. */
export async function namesIn(kind: 'images' | 'labs', hidden = false): Promise<string[]> {
  const names = await readdir(inStore(kind)).catch(() => []);
  return names.filter((name) => name.startsWith('.') === hidden).sort();
}

export async function readLab(id: string): Promise<LabFile | undefined> {
  try {
    return JSON.parse(await readFile(inStore(labPath(id), 'lab.json'), 'utf8')) as LabFile;
  } catch {
    return undefined;
  }
}

export async function writeLab(id: string, lab: LabFile): Promise<void> {
  const file = inStore(labPath(id), 'lab.json');
  await writeFile(`${file}.new`, JSON.stringify(lab, null, 2));
  await rename(`${file}.new`, file);
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
