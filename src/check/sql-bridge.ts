import { addAbortListener } from 'node:events';
import type { Duplex } from 'node:stream';
import { unlessAborted } from '../lab/agent/agent.ts';
import type { Lab } from '../lab/lab.ts';
import type { Cluster } from '../model/topology.ts';
import { ClusterDown, parseState, REPORT } from './server-state.ts';
import { noSocket } from './shut-out.ts';

// A server that is not ready is not asked: each refusal would be a line in the log that the learner reads. It runs as root to
// see data directories of any owner, and as postgres, whom pg_hba.conf lets in, from there on.
const BRIDGE = `${REPORT}
[ "$status" != ready ] ||
  exec setpriv --reuid postgres --regid postgres --init-groups socat - "UNIX-CONNECT:$socket"`;

const LONGEST_REPORT = 100_000;

/**
 * A byte stream to the server of a cluster, by its Unix socket. Throws a ClusterDown for a server that takes no connections, a
 * ShutOut for one whose socket is not there.
 */
export async function openBridge(lab: Lab, cluster: Cluster, signal: AbortSignal): Promise<Duplex> {
  signal.throwIfAborted();
  const argv = ['bash', '-c', BRIDGE, 'check', String(lab.major), cluster.name, String(cluster.port)];
  // Root's home may be gone.
  const connecting = lab.connect(argv, { cwd: '/' });
  // One that comes when nobody waits for it any more is not wanted.
  addAbortListener(signal, () => void connecting.then((late) => late.destroy()).catch(() => {}));
  const bridge = await unlessAborted(signal, connecting);
  // Whoever reads or writes is told of an error; one that comes when nobody does, after the end, has nothing to say.
  bridge.on('error', () => {});
  const abandoning = addAbortListener(signal, () => bridge.destroy(signal.reason as Error));
  try {
    const report = await opening(bridge);
    if (report === 'hidden\n') throw noSocket(cluster);
    if (report !== 'ready\n') throw new ClusterDown(cluster.name, parseState(report));
    return bridge;
  } catch (error) {
    bridge.destroy();
    throw error;
  } finally {
    abandoning[Symbol.dispose]();
  }
}

/** All that comes, or the one line after which it is the server's turn, which waits to be spoken to. */
async function opening(bridge: Duplex): Promise<string> {
  let text = '';
  for await (const chunk of bridge.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (text === 'ready\n' || text.length > LONGEST_REPORT) break;
  }
  return text;
}
