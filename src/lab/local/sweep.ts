import { lstat } from 'node:fs/promises';
import { sweepTemporaries } from '../../util/files.ts';
import { poll } from '../../util/poll.ts';
import { ownerIsAlive } from '../ids.ts';
import { sweepLocks } from '../lock.ts';
import { discard, inStore, isForgotten, type LabFile, labPath, lookAtLab, namesIn, writeLab } from './store.ts';

/** Milliseconds after which a lab's directory in which there is nothing yet is no longer one that is being made. */
const OLD = 60_000;

/**
 * Removes what programs left behind that have died. Their processes and mounts went with them. A lab of which nobody can tell
 * whether it was to be kept is left alone.
 */
export async function sweepStore(): Promise<void> {
  for (const id of await namesIn('labs')) {
    const { file: lab, damage } = await lookAtLab(id);
    if (damage) continue;
    if (!lab) {
      if (await isOld(id)) await discard('labs', id);
      continue;
    }
    if (lab.owner && ownerIsAlive(lab.owner)) continue;
    await killLeftover(lab);
    await sweepTemporaries(inStore(labPath(id)));
    if (!lab.keep) await discard('labs', id);
    else if (lab.owner) await writeLab(id, { ...lab, owner: undefined, init: undefined });
  }
  await sweepLocks(inStore('images'));
  for (const kind of ['labs', 'images'] as const) {
    for (const name of await namesIn(kind, true)) if (isForgotten(name)) await discard(kind, name);
  }
}

/** Ends the processes of a lab whose program has just died: they end by themselves, but perhaps not yet. */
export async function killLeftover({ init }: LabFile): Promise<void> {
  if (!init || !ownerIsAlive(init)) return;
  try {
    process.kill(Number(init.split(':')[0]), 'SIGKILL');
  } catch {
    // It has ended in this moment.
  }
  await poll(
    async () => ownerIsAlive(init),
    (alive) => !alive,
    { within: 10_000, every: 5 },
  );
}

async function isOld(id: string): Promise<boolean> {
  const made = await lstat(inStore('labs', id)).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs > OLD;
}
