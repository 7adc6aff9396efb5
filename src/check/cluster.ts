import type { ClusterAssertion } from '../model/check.ts';
import type { CheckContext } from './context.ts';
import { differs, HOLDS, type Outcome } from './outcome.ts';
import { ClusterDown, parseState, REPORT, type ServerState } from './server-state.ts';
import { look } from './shell.ts';
import { ShutOut } from './shut-out.ts';

// pg_control's timeline lags behind a promotion until its checkpoint, so a primary is asked for the file that it writes now.
const QUERY = `
SELECT pg_is_in_recovery(),
       (pg_stat_file('standby.signal', true)).size IS NOT NULL,
       CASE WHEN pg_is_in_recovery()
            THEN greatest(checkpoint.timeline_id, recovery.min_recovery_end_timeline,
                          (SELECT received_tli FROM pg_stat_wal_receiver))
            ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int
       END
FROM pg_control_checkpoint() AS checkpoint, pg_control_recovery() AS recovery`;

/** Of a cluster that is down, `timeline` is what its data directory says. */
export async function cluster({ cluster, is, timeline }: ClusterAssertion, context: CheckContext): Promise<Outcome> {
  const seen = await see(cluster, context, timeline === undefined);
  if (is && holds(is.state, seen) === is.negated) {
    return differs(`${is.negated ? 'not ' : ''}${WORDS[is.state]}`, words(seen));
  }
  if (timeline !== undefined && seen.timeline !== timeline) {
    return differs(`timeline ${timeline}`, seen.timeline === null ? 'no data directory' : `timeline ${seen.timeline}`);
  }
  return HOLDS;
}

async function see(name: string, context: CheckContext, fromOutside: boolean): Promise<ServerState> {
  const { sql, signal, topology } = context;
  try {
    const [[recovery, standby, timeline] = []] = await sql.query(name, QUERY, { signal });
    const inRecovery = recovery === 't';
    return { status: 'ready', inRecovery, standby: inRecovery && standby === 't', timeline: Number(timeline) };
  } catch (error) {
    if (error instanceof ClusterDown) return error.server;
    const cluster = topology.clusters.find((one) => one.name === name);
    if (!(error instanceof ShutOut) || !cluster || !fromOutside) throw error;
    // Its control file tells, but for a timeline that lags behind a promotion.
    const args = [String(context.lab.major), name, String(cluster.port), 'all'];
    return parseState(await look(context, REPORT, args));
  }
}

type State = NonNullable<ClusterAssertion['is']>['state'];

function holds(state: State, { status, inRecovery, standby }: ServerState): boolean {
  const up = status === 'ready' || status === 'closed';
  switch (state) {
    case 'running':
      return up;
    case 'stopped':
      return status === 'stopped';
    case 'primary':
      return up && !inRecovery;
    case 'standby':
      return up && standby;
    case 'in-recovery':
      return inRecovery;
  }
}

const WORDS: Record<State, string> = {
  running: 'running',
  stopped: 'stopped',
  primary: 'running as a primary',
  standby: 'running as a standby',
  'in-recovery': 'in recovery',
};

function words({ status, inRecovery, standby, timeline }: ServerState): string {
  if (status === 'stopped') return timeline === null ? 'without a data directory' : 'stopped';
  if (status === 'stopping') return 'shutting down';
  if (status === 'starting') return inRecovery ? 'starting up, in recovery' : 'starting up';
  if (standby) return 'running as a standby';
  return inRecovery ? 'running, in recovery' : 'running as a primary';
}
