import type { Lab } from '../lab/lab.ts';
import type { Topology } from '../model/topology.ts';
import type { SqlPool } from './sql-pool.ts';

/** A command that the learner, or the validator in their place, has run in this step. */
export interface RanCommand {
  terminal: string;
  command: string;
  /** What it ended with: an exit status or a SQLSTATE, `0` being success in both; null while it runs. */
  status: string | null;
}

/** What checks look at. */
export interface CheckContext {
  lab: Lab;
  topology: Topology;
  sql: SqlPool;
  /** Of this step, oldest first. */
  commands: readonly RanCommand[];
  /** Question id to whether it was answered rightly; a question that is not in it has not been answered. */
  answers: Readonly<Record<string, boolean>>;
  signal: AbortSignal;
}
