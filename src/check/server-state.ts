import type { Cluster } from '../model/topology.ts';
import type { CheckContext } from './context.ts';
import { NotYet } from './outcome.ts';
import { look } from './shell.ts';

/** How a server stands when it cannot be asked in SQL. */
export interface ServerState {
  /** `closed`: up and in recovery, but hot_standby is off and nobody may connect. */
  status: 'stopped' | 'starting' | 'stopping' | 'closed' | 'ready';
  inRecovery: boolean;
  standby: boolean;
  /** Of the data directory's last checkpoint; null without a data directory. */
  timeline: number | null;
}

/** A cluster that takes no connections, and why. */
export class ClusterDown extends NotYet {
  override readonly name = 'ClusterDown';
  readonly server: ServerState;

  constructor(cluster: string, server: ServerState) {
    super(`the cluster ${cluster} ${describe(server)}`);
    this.server = server;
  }
}

function describe({ status, inRecovery, timeline }: ServerState): string {
  switch (status) {
    case 'stopped':
      return timeline === null ? 'has no data directory that a server could use' : 'is not running';
    case 'starting':
      return `is starting up${inRecovery ? ', replays WAL' : ''} and takes no connections yet`;
    case 'stopping':
      return 'is shutting down';
    case 'closed':
      return 'is in recovery and takes no connections, for hot_standby is off';
    case 'ready':
      return 'is running';
  }
}

// The lock file beside the socket names the process and the data directory of the server that listens there, wherever the
// learner has put it; line 8 of postmaster.pid says how far it is.
const SCRIPT = `
lock=/var/run/postgresql/.s.PGSQL.$3.lock status=stopped data=
if [ -e "$lock" ]; then
  mapfile -t owner <"$lock"
  if [[ $(cat "/proc/\${owner[0]}/stat" 2>/dev/null) == *"(postgres) "[!Z]* ]]; then
    data=\${owner[1]}
    status=$(sed -n 8p "$data/postmaster.pid")
  fi
fi
if [ -z "$data" ]; then
  data=$(sed -n "s/^ *data_directory *= *'\\([^']*\\)'.*/\\1/p" "/etc/postgresql/$1/$2/postgresql.conf" 2>/dev/null | tail -n 1)
fi
echo "\${status:-starting}"
[ -e "$data/standby.signal" ] && echo standby || echo
"/usr/lib/postgresql/$1/bin/pg_controldata" "$data" 2>/dev/null || true
`;

export async function serverState(
  context: Pick<CheckContext, 'lab' | 'signal'>,
  { name, port }: Cluster,
): Promise<ServerState> {
  const output = await look(context, SCRIPT, [String(context.lab.major), name, String(port)]);
  const [line = '', signal, ...control] = output.split('\n');
  const word = line.trim();
  const status = word === 'standby' ? 'closed' : (word as ServerState['status']);
  const field = (name: string) =>
    control
      .find((l) => l.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  const timelines = ["Latest checkpoint's TimeLineID", "Min recovery ending loc's timeline"].map((n) =>
    Number(field(n) ?? 0),
  );
  const timeline = Math.max(...timelines) || null;
  const inRecovery =
    status === 'closed' || (status === 'starting' && field('Database cluster state') === 'in archive recovery');
  return { status, inRecovery, standby: inRecovery && signal === 'standby', timeline };
}
