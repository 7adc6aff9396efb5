import { NotYet } from './outcome.ts';

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

/**
 * Of bash: reports on the cluster `$2` of major `$1` with port `$3`, as `parseState` reads it. A server that takes connections
 * is reported in the one line `ready`. The lock file beside its socket names the process and the data directory of whatever
 * server listens there, wherever the learner has put it; line 8 of postmaster.pid says how far it is.
 */
export const REPORT = `
lock=/var/run/postgresql/.s.PGSQL.$3.lock status=stopped data=
if [ -e "$lock" ]; then
  mapfile -t owner <"$lock"
  if [[ $(cat "/proc/\${owner[0]}/stat" 2>/dev/null) == *"(postgres) "[!Z]* ]]; then
    data=\${owner[1]}
    mapfile -t server <"$data/postmaster.pid"
    read -r status <<<"\${server[7]}"
  fi
fi
if [ -z "$data" ]; then
  data=$(sed -n "s/^ *data_directory *= *'\\([^']*\\)'.*/\\1/p" "/etc/postgresql/$1/$2/postgresql.conf" 2>/dev/null | tail -n 1)
fi
echo "\${status:-starting}"
if [ "$status" != ready ]; then
  [ -e "$data/standby.signal" ] && echo standby || echo other
  "/usr/lib/postgresql/$1/bin/pg_controldata" "$data" 2>/dev/null || true
fi
`;

const WORDS: Record<string, ServerState['status']> = {
  stopped: 'stopped',
  starting: 'starting',
  stopping: 'stopping',
  standby: 'closed',
  ready: 'ready',
};

export function parseState(report: string): ServerState {
  const [word = '', signal, ...control] = report.split('\n');
  const status = WORDS[word];
  if (!status) throw new Error('The lab does not tell how its clusters stand.');
  const field = (name: string) =>
    control
      .find((line) => line.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  const timelines = ["Latest checkpoint's TimeLineID", "Min recovery ending loc's timeline"].map(field);
  const recovering = status === 'starting' && field('Database cluster state') === 'in archive recovery';
  const inRecovery = status === 'closed' || recovering;
  return {
    status,
    inRecovery,
    standby: inRecovery && signal === 'standby',
    timeline: Math.max(...timelines.map((timeline) => Number(timeline ?? 0))) || null,
  };
}
