import type Docker from 'dockerode';
import { UserError } from '../../util/user-error.ts';
import { clusterFailed } from '../cluster-failed.ts';
import { newLabId, ownerOf } from '../ids.ts';
import type { Lab, LabSpec, Runtime } from '../lab.ts';
import { type Boot, boot } from './boot.ts';
import { confined } from './confinement.ts';
import {
  type ContainerSpec,
  createContainer,
  killContainer,
  type Listed,
  listContainers,
  newName,
  removeContainer,
} from './containers.ts';
import { connectEngine, probeEngine } from './engine.ts';
import { ask, labMissing } from './errors.ts';
import { buildImage, exportImage, hasImage, imageName, importImage, listImages, removeImage } from './images.ts';
import { DockerLab } from './lab.ts';
import { removeLab, removeOrphans, removeSnapshot, snapshotImage } from './snapshots.ts';
import { LIMITS, type Limits } from './transport.ts';

/** Labs as containers of a Docker or Podman engine. The engine is asked nothing before it is needed. */
export function createDockerRuntime(limits: Limits = LIMITS): Runtime {
  let connection: Promise<Docker> | undefined;
  const engine = () => {
    connection ??= connectEngine(undefined, limits);
    return connection;
  };
  return {
    name: 'docker',
    probe: (signal) => probeEngine(signal, limits),
    images: async () => listImages(await engine()),
    hasImage: async (major) => hasImage(await engine(), major),
    buildImage: async (major, onProgress, signal) => buildImage(await engine(), major, onProgress, signal),
    removeImage: async (image) => removeImage(await engine(), image),
    importImage: async (...args) => importImage(await engine(), ...args),
    exportImage: async (...args) => exportImage(await engine(), ...args),
    create: async (spec, signal) => create(await engine(), spec, signal),
    resume: async (id, signal) => resume(await engine(), id, signal),
    async labs() {
      const found = await listContainers(await engine(), { size: true });
      const newest = new Map(found.toReversed().map((lab) => [lab.id, lab]));
      return [...newest.values()].map(({ container: _, owner: __, machine: ___, host: ____, ...record }) => record);
    },
    removeLab: async (id) => removeLab(await engine(), id),
    removeSnapshot: async (snapshot) => removeSnapshot(await engine(), snapshot),
    sweep: async () => sweep(await engine()),
  };
}

async function create(docker: Docker, spec: LabSpec, signal?: AbortSignal): Promise<Lab> {
  const { scenario, keep, major, topology, from } = spec;
  signal?.throwIfAborted();
  const labelled = { id: newLabId(scenario), scenario, keep, major, host: topology.host };
  try {
    const container = {
      ...labelled,
      image: from ? snapshotImage(from) : await imageName(major),
      start: topology.clusters.filter(({ state }) => state === 'running').map(({ name }) => name),
    };
    const first = await confined(docker, (settings) => createAndBoot(docker, container, settings, signal));
    const lab = new DockerLab(docker, labelled, first);
    // In a copy of a lab a cluster may be broken on purpose.
    if (first.failed.length > 0 && !from) throw await clusterFailed(lab, first.failed);
    return lab;
  } catch (error) {
    await removeLab(docker, labelled.id).catch(() => {});
    throw error;
  }
}

async function createAndBoot(
  docker: Docker,
  spec: ContainerSpec,
  settings: Docker.HostConfig,
  signal?: AbortSignal,
): Promise<Boot> {
  const container = await createContainer(docker, spec, settings);
  try {
    return await boot(container, signal);
  } catch (error) {
    await removeContainer(container);
    throw error;
  }
}

async function resume(docker: Docker, id: string, signal?: AbortSignal): Promise<Lab> {
  const [lab, ...older] = await listContainers(docker, { id });
  if (!lab) throw labMissing();
  if (lab.owned && (lab.running || lab.owner !== ownerOf())) {
    throw new UserError('lab-in-use', 'Another waldojo is using this lab.', { hint: 'Quit that one first' });
  }
  await ask('take the lab over', lab.container.rename({ name: newName(id) }));
  // Its program may have died a moment ago, or a restore have been cut short.
  await killContainer(lab.container);
  await Promise.all(older.map(({ container }) => removeContainer(container)));
  try {
    return new DockerLab(docker, lab, await boot(lab.container, signal));
  } catch (error) {
    await killContainer(lab.container).catch(() => {});
    throw error;
  }
}

async function sweep(docker: Docker): Promise<void> {
  for (const lab of await listContainers(docker)) {
    if (lab.owned || !lab.mine) continue;
    if (!lab.keep) await removeLab(docker, lab.id);
    // Somebody may have resumed it in this moment.
    else if (lab.running && !(await changedHands(docker, lab))) await killContainer(lab.container);
  }
  await removeOrphans(docker);
}

async function changedHands(docker: Docker, { id, owner }: Listed): Promise<boolean> {
  const [now] = await listContainers(docker, { id });
  return now?.owner !== owner;
}
