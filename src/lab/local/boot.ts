import { addAbortListener, once } from 'node:events';
import { createInterface } from 'node:readline';
import { UserError } from '../../util/user-error.ts';
import { BOOT_SCRIPT } from './boot-script.ts';
import { BASH, type MappedChild, spawnMapped } from './mapped.ts';
import { imagePath, type LabFile, labPath, storeDirectory } from './store.ts';

/** One run of a lab's processes, from its first to the end of all. */
export interface Boot {
  /** The first process of the lab, by its number outside. */
  pid: number;
  /** Clusters that should have started and did not. */
  failed: string[];
  /** Resolves when no process of the lab is left, to a sentence that says how the first ended. */
  over: Promise<string>;
  /** Ends all processes at once and waits until they have gone, and the mounts with them. */
  end(): Promise<void>;
}

/** Milliseconds that a lab may take to be ready: a crash recovery is part of it. */
const PATIENCE = 120_000;

/** Boots a lab from its disk, and starts those clusters and the ones that ran before. */
export async function bootLab(id: string, lab: LabFile, clusters: string[], signal?: AbortSignal): Promise<Boot> {
  signal?.throwIfAborted();
  const path = labPath(id);
  const child = await spawnMapped(
    [
      ...['unshare', '--mount', '--pid', '--net', '--ipc', '--uts', '--cgroup', '--fork', '--kill-child'],
      ...['--propagation', 'private', '--', ...BASH, BOOT_SCRIPT, 'bash'],
      // A disk that is not to be kept needs no syncs.
      ...[path, imagePath(lab.image), lab.topology.host, lab.keep ? '' : ',volatile'],
      ...['/usr/local/lib/waldojo/init', '--until-eof', ...clusters],
    ],
    storeDirectory(),
  );
  // Its standard input stays open as long as this program lives, and no longer, however it ends.
  let stderr = '';
  child.stderr.on('data', (bytes) => {
    stderr = (stderr + bytes).slice(-2000);
  });
  const ended = once(child, 'close') as Promise<[number | null, string | null]>;
  const over = ended.then(([code, name]) =>
    `Its first process ended with ${name ?? `status ${code}`}. ${stderr}`.trim(),
  );
  let pid: number | undefined;
  const end = async () => {
    keepsProgram(child, true);
    kill(pid ?? child.pid);
    await over;
  };
  const stop = AbortSignal.any([AbortSignal.timeout(PATIENCE), ...(signal ? [signal] : [])]);
  // Also when it was aborted while the program was being started.
  const stopping = addAbortListener(stop, () => kill(pid ?? child.pid));
  try {
    const failed: string[] = [];
    let ready = false;
    for await (const line of createInterface({ input: child.stdout })) {
      const [word, rest = ''] = line.split(' ', 2);
      if (word === 'pid') pid = Number(rest);
      if (word === 'failed') failed.push(rest);
      ready = word === 'ready';
      if (ready) break;
    }
    if (!ready || pid === undefined || stop.aborted) {
      const how = await over;
      signal?.throwIfAborted();
      throw bootFailed(stop.aborted ? `It was not ready within ${PATIENCE / 1000} s.` : how);
    }
    child.stdout.resume();
    keepsProgram(child, false);
    return { pid, failed, over, end };
  } catch (error) {
    await end();
    throw error;
  } finally {
    stopping[Symbol.dispose]();
  }
}

const bootFailed = (how: string): UserError =>
  new UserError('lab-boot-failed', `The lab did not start. ${how}`, { hint: 'waldojo doctor' });

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/** A lab that is only watched does not keep the program from ending; one that is waited for does. */
function keepsProgram(child: MappedChild, does: boolean): void {
  for (const handle of [child, child.stdin, child.stdout, child.stderr] as { ref(): void; unref(): void }[]) {
    if (does) handle.ref();
    else handle.unref();
  }
}
