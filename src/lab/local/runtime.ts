import { lstat } from 'node:fs/promises';
import { UserError } from '../../util/user-error.ts';
import { clusterFailed } from '../cluster-failed.ts';
import { newLabId, ownerIsAlive, ownerOf } from '../ids.ts';
import type { Lab, LabRecord, LabSpec, Runtime } from '../lab.ts';
import {
  buildImage,
  currentImage,
  exportImage,
  imageExists,
  imageMissing,
  importImage,
  listImages,
  removeImage,
} from './images.ts';
import { copyDisk, LocalLab } from './lab.ts';
import { runMapped } from './mapped.ts';
import { makeLabDirectory } from './memory.ts';
import { probeLocal } from './probe.ts';
import {
  discard,
  inStore,
  type LabFile,
  labOf,
  labPath,
  lookAtLab,
  namesIn,
  openStore,
  readLab,
  snapshotPath,
  storeDirectory,
  writeLab,
} from './store.ts';
import { killLeftover, sweepStore } from './sweep.ts';

/** Labs as Linux namespaces over an unpacked root file system, with util-linux alone: no daemon, as root or not. */
export function createLocalRuntime(): Runtime {
  return {
    name: 'local',
    probe: probeLocal,
    images: listImages,
    hasImage: async (major) => imageExists(await currentImage(major)),
    buildImage,
    removeImage,
    importImage,
    exportImage,
    create,
    resume,
    labs,
    async removeLab(id) {
      const lab = await readLab(id);
      if (lab) await killLeftover(lab);
      await discard('labs', id);
    },
    removeSnapshot: ({ id }) => runMapped('rm -rf "$1"', [snapshotPath(id)], { cwd: storeDirectory() }).then(() => {}),
    sweep: sweepStore,
  };
}

async function create(spec: LabSpec, signal?: AbortSignal): Promise<Lab> {
  const { scenario, keep, major, topology, from } = spec;
  signal?.throwIfAborted();
  // A snapshot is a change of the image that its own lab lives on.
  const image = from ? (await readLab(labOf(from.id)))?.image : await currentImage(major);
  if (!image || !(await imageExists(image))) throw imageMissing(major);
  await openStore();
  const id = newLabId(scenario);
  const file: LabFile = { scenario, keep, major, topology, image, created: new Date().toISOString(), owner: ownerOf() };
  const lab = new LocalLab(id, file);
  try {
    await makeLabDirectory(id, keep);
    await writeLab(id, file);
    if (from) await copyDisk(snapshotPath(from.id), `${labPath(id)}/up`, signal);
    const clusters = topology.clusters.filter(({ state }) => state === 'running').map(({ name }) => name);
    const failed = await lab.boot(from ? [] : clusters, signal);
    signal?.throwIfAborted();
    // In a copy of a lab a cluster may be broken on purpose.
    if (failed.length > 0 && !from) throw await clusterFailed(lab, failed);
    return lab;
  } catch (error) {
    await lab.remove();
    throw error;
  }
}

async function resume(id: string, signal?: AbortSignal): Promise<Lab> {
  const { file, damage } = await lookAtLab(id);
  if (damage) {
    throw new UserError('lab-damaged', `The lab ${id} cannot be used: ${damage}.`, {
      hint: `Its disk is left alone. To remove it: waldojo labs rm ${id}`,
    });
  }
  if (!file) throw new UserError('lab-missing', `There is no lab ${id}.`, { hint: 'waldojo labs' });
  if (file.owner && ownerIsAlive(file.owner)) {
    throw new UserError('lab-in-use', 'Another waldojo is using this lab.', { hint: 'Quit that one first' });
  }
  if (!(await imageExists(file.image))) throw imageMissing(file.major);
  await killLeftover(file);
  const lab = new LocalLab(id, file);
  await lab.boot([], signal);
  return lab;
}

async function labs(): Promise<LabRecord[]> {
  const ids = await namesIn('labs');
  const sizes = await sizesOf(ids);
  const records: LabRecord[] = [];
  for (const id of ids) {
    const { file, damage } = await lookAtLab(id);
    if (damage) records.push({ ...(await damaged(id)), damage, bytes: sizes.get(id) });
    if (!file) continue;
    const { scenario, keep, major, created, owner, init } = file;
    records.push({
      ...{ id, runtime: 'local', scenario, keep, major, created: new Date(created), mine: true },
      running: init !== undefined && ownerIsAlive(init),
      owned: owner !== undefined && ownerIsAlive(owner),
      bytes: sizes.get(id),
    });
  }
  return records;
}

/** What can be told of a lab by its directory alone. */
async function damaged(id: string): Promise<LabRecord> {
  const made = await lstat(inStore(labPath(id))).catch(() => undefined);
  const known = { id, runtime: 'local', scenario: '', keep: true, major: undefined, mine: true } as const;
  return { ...known, created: made?.mtime ?? new Date(0), running: false, owned: false };
}

async function sizesOf(ids: string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const script = 'for id; do [ ! -d "labs/$id/up" ] || du -skD "labs/$id" || :; done 2>/dev/null';
  const lines = (await runMapped(script, ids, { cwd: storeDirectory() })).trim().split('\n');
  return new Map(
    lines.map((line) => {
      const [kilobytes, path = ''] = line.split('\t');
      return [path.replace('labs/', ''), Number(kilobytes) * 1024];
    }),
  );
}
