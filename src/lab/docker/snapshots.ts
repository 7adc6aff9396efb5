import type Docker from 'dockerode';
import type { Snapshot } from '../lab.ts';
import { listContainers, removeContainer, whose } from './containers.ts';
import { ask, explain, isConflict, isMissing } from './errors.ts';

const REPOSITORY = 'waldojo/snapshot';

export const snapshotImage = ({ id }: Snapshot): string => `${REPOSITORY}:${id}`;

/** Commits a container under a new id. The image takes over the container's labels, so it is known whose it is. */
export async function takeSnapshot(container: Docker.Container, id: string): Promise<Snapshot> {
  const commit = container.commit({
    repo: REPOSITORY,
    tag: id,
    pause: true,
    changes: [`LABEL waldojo.snapshot=${id}`],
  });
  await ask('take a snapshot of the lab', commit);
  return { id, runtime: 'docker' };
}

/** Forgets a snapshot. One that something was made from stays until its lab goes. */
export async function removeSnapshot(docker: Docker, snapshot: Snapshot): Promise<void> {
  await tryToRemove(docker, snapshotImage(snapshot));
}

/** Removes a lab: its containers and what is theirs alone, then its snapshots. No error where there is none. */
export async function removeLab(docker: Docker, id: string): Promise<void> {
  const found = await listContainers(docker, { id });
  await Promise.all(found.map(({ container }) => ask('remove the lab', removeContainer(container))));
  await removeOrphans(docker, id);
}

/** Removes the snapshots of labs that are no more: of this one, and of any that a program of ours left behind. */
export async function removeOrphans(docker: Docker, lab?: string): Promise<void> {
  const [images, containers] = await Promise.all([
    ask('list the snapshots', docker.listImages({ all: true, filters: { label: ['waldojo.snapshot'] } })),
    listContainers(docker),
  ]);
  const labs = new Set(containers.map(({ id }) => id));
  let orphans = images
    .filter(({ Labels }) => Labels['waldojo.lab'] === lab || Labels['waldojo.whose'] === whose())
    .filter(({ Labels }) => !labs.has(Labels['waldojo.lab'] ?? ''))
    .sort((a, b) => b.Created - a.Created)
    .map(({ Id }) => Id);
  // An image goes only after those that were made from it, and the engine's clock does not always tell which these are.
  for (let before = orphans.length + 1; orphans.length < before; ) {
    before = orphans.length;
    const used: string[] = [];
    for (const image of orphans) if (!(await tryToRemove(docker, image))) used.push(image);
    orphans = used;
  }
}

/** False where something uses the image. */
async function tryToRemove(docker: Docker, image: string): Promise<boolean> {
  try {
    await docker.getImage(image).remove();
    return true;
  } catch (error) {
    if (isMissing(error)) return true;
    if (isConflict(error)) return false;
    throw explain(error, 'remove a snapshot');
  }
}
