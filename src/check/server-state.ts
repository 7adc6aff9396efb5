import { NotYet } from './outcome.ts';

/** How a server stands. */
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
 * Of bash: reports on the cluster `$2` of major `$1`, which had the port `$3` when the lab was new, as `parseState` reads it. A
 * server that takes connections is reported in the one line `ready`, or `hidden` where none of its sockets is to be found, unless
 * there is a `$4`, which asks for the rest as well. Where it listens, and (in line 8) how far it is, is in the postmaster.pid
 * of its data directory, for a learner may have moved it to another port or socket. Where they run it from another directory,
 * the lock file beside the socket of its port names that one. A left-over file may name a process that is another server.
 */
export const REPORT = `
text() {
  content=
  [ ! -f "$1" ] || LC_ALL=C IFS= read -r -d '' -n 100000 content <"$1"
}
home() {
  local line lines form="^[[:space:]]*data_directory[[:space:]]*=?[[:space:]]*'([^']*)'"
  place=/var/lib/postgresql/\${1#/etc/postgresql/}
  text "$1/postgresql.conf"
  mapfile -t lines <<<"$content"
  for line in "\${lines[@]}"; do [[ ! $line =~ $form ]] || place=\${BASH_REMATCH[1]}; done
}
serves() {
  local pid owner
  text "$1"
  mapfile -t server <<<"$content"
  pid=\${server[0]} place=\${2:-\${server[1]}}
  [[ $pid =~ ^[0-9]+$ ]] || return
  text "/proc/$pid/stat"
  [[ $content == *"(postgres) "[!Z]* ]] || return
  # Without the right to trace processes only their owner may see this.
  owner=($(stat -c '%u %g' "/proc/$pid"))
  content=$(setpriv --reuid "\${owner[0]}" --regid "\${owner[1]}" --clear-groups readlink "/proc/$pid/cwd" 2>/dev/null)
  [ "\${content:-\${server[1]}}" -ef "$place" ]
}
anothers() {
  local conf
  for conf in "/etc/postgresql/$1/"*; do
    home "$conf"
    [ "$conf" = "/etc/postgresql/$1/$2" ] || [ ! "$place" -ef "$3" ] || return 0
  done
  return 1
}
status=stopped
home "/etc/postgresql/$1/$2"
data=$place
if serves "$data/postmaster.pid" "$data"; then
  read -r status <<<"\${server[7]:-starting}"
elif serves "/var/run/postgresql/.s.PGSQL.$3.lock" && ! anothers "$1" "$2" "\${server[1]}"; then
  data=\${server[1]}
  text "$data/postmaster.pid"
  mapfile -t lines <<<"$content"
  read -r status <<<"\${lines[7]:-ready}"
fi
socket=\${server[4]}/.s.PGSQL.\${server[3]}
[ "$status" != ready ] || [ -S "$socket" ] || status=hidden
echo "$status"
if [ -n "$4" ] || { [ "$status" != ready ] && [ "$status" != hidden ]; }; then
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
  hidden: 'ready',
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
  const recovering =
    (status === 'starting' || status === 'ready') && field('Database cluster state') === 'in archive recovery';
  const inRecovery = status === 'closed' || recovering;
  return {
    status,
    inRecovery,
    standby: inRecovery && signal === 'standby',
    timeline: Math.max(...timelines.map((timeline) => Number(timeline ?? 0))) || null,
  };
}
