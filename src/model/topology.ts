export type Major = 13 | 15 | 17 | 18;
/** The majors that lab images exist for, oldest first, and the Debian suite that each comes from. */
export const SUITES: Record<Major, string> = { 13: 'bullseye', 15: 'bookworm', 17: 'trixie', 18: 'forky' };
export const MAJORS: readonly Major[] = [13, 15, 17, 18];
export const DEFAULT_MAJOR: Major = 17;

export interface Cluster {
  name: string;
  port: number;
  /** Its state when the lab is new. */
  state: 'running' | 'stopped';
}

/** What a scenario needs of its lab: one host with PostgreSQL clusters. */
export interface Topology {
  host: string;
  image: string;
  clusters: Cluster[];
}

/** A tab: one persistent interactive session in the lab. */
export interface TerminalSpec {
  name: string;
  user: string;
  /** A command to run in place of a shell, such as `psql -d postgres`. */
  command?: string | undefined;
}
