/**
 * The assertions a check can make. In a document each is one YAML mapping whose first key names the kind.
 * A value that may be negated is written with a leading `!`, as in `owner: "!postgres"`.
 */
export type Assertion =
  | SqlAssertion
  | ClusterAssertion
  | FileAssertion
  | CommandAssertion
  | RanAssertion
  | ProcessAssertion
  | SlotAssertion
  | ArchiveAssertion
  | BackupAssertion
  | AnswerAssertion;

export type AssertionKind = Assertion['kind'];
export const ASSERTION_KINDS = [
  'sql',
  'cluster',
  'file',
  'command',
  'ran',
  'process',
  'slot',
  'archive',
  'backup',
  'answer',
] as const satisfies readonly AssertionKind[];

/** `sql: SELECT …` with `on: cluster[/database]` (database `postgres` by default) and one expectation. */
export interface SqlAssertion {
  kind: 'sql';
  query: string;
  cluster: string;
  database: string;
  expect:
    | { type: 'equals'; value: string }
    | { type: 'rows'; rows: string[][] }
    | { type: 'matches'; pattern: string }
    | { type: 'at-least'; value: number }
    | { type: 'error'; sqlstate: string };
}

/** `cluster: replica` with `is:` and/or `timeline:`. */
export interface ClusterAssertion {
  kind: 'cluster';
  cluster: string;
  /** `running` accepts any role; `primary` and `standby` and `in-recovery` need it to be running. */
  is?: { state: 'running' | 'stopped' | 'primary' | 'standby' | 'in-recovery'; negated: boolean } | undefined;
  timeline?: number | undefined;
}

/** `file: /path` with any of the rest; all given must hold. A path may be a directory. */
export interface FileAssertion {
  kind: 'file';
  path: string;
  exists?: boolean | undefined;
  owner?: { name: string; negated: boolean } | undefined;
  /** Octal digits, such as `0700`. */
  mode?: { mode: string; negated: boolean } | undefined;
  /** At least this many bytes. */
  size?: number | undefined;
  /** A regular expression on the text of the file. */
  matches?: { pattern: string; negated: boolean } | undefined;
  /** The directory holds a `.partial` WAL segment. */
  partial?: boolean | undefined;
  /** The tar archive (compressed or not) has a member that matches this regular expression. */
  tarContains?: string | undefined;
}

/** `command: …` run unseen with `bash -c`. */
export interface CommandAssertion {
  kind: 'command';
  command: string;
  user: string;
  exit: number;
  matches?: string | undefined;
}

/** `ran: regex`: in this step the learner ran a command that matches. */
export interface RanAssertion {
  kind: 'ran';
  pattern: string;
  terminal?: string | undefined;
  /** The exit status it had to end with, or the SQLSTATE; undefined accepts any, also a command still running. */
  exit?: string | undefined;
  /** Only the newest command that matches this one is looked at: what was typed before it is over. */
  last?: string | undefined;
}

/** `process: regex` on the full command line of a process in the lab. */
export interface ProcessAssertion {
  kind: 'process';
  pattern: string;
  user?: string | undefined;
  running: boolean;
}

/** `slot: name` on a cluster. */
export interface SlotAssertion {
  kind: 'slot';
  slot: string;
  cluster: string;
  is: 'present' | 'absent' | 'active' | 'inactive';
}

/** `archive: directory`: the WAL segments in it are contiguous. */
export interface ArchiveAssertion {
  kind: 'archive';
  directory: string;
  /** Segment names that must be covered; without them only contiguity is asked for. */
  from?: string | undefined;
  to?: string | undefined;
  /** Whether the newest is a `.partial`; undefined accepts both. */
  partial?: boolean | undefined;
  /** Also: what `cluster` has flushed is in the archive, byte for byte. */
  upTo?: string | undefined;
}

/** `backup: directory`: what a base backup holds. */
export interface BackupAssertion {
  kind: 'backup';
  directory: string;
  /** pg_verifybackup agrees, its WAL included; with `wal: false` without it, which is `pg_verifybackup -n`. */
  verifies?: boolean | undefined;
  manifest?: boolean | undefined;
  label?: boolean | undefined;
  /** The backup includes the WAL it needs. */
  wal?: boolean | undefined;
}

/** `answer: id`: the question with that id was answered rightly. */
export interface AnswerAssertion {
  kind: 'answer';
  question: string;
}

export interface Diagnosis {
  when: Assertion;
  say: string;
}

export interface Check {
  /** A statement that is true when the check passes. Unique in its step. */
  name: string;
  assertion: Assertion;
  /** Milliseconds that the validator polls before it takes a fail for an answer. */
  within: number;
  /** Latches: once true, it stays true for this step. */
  once: boolean;
  diagnose: Diagnosis[];
  /** What the learner reads when no diagnosis holds; may contain `{{actual}}` and `{{expected}}`. */
  otherwise: string;
  /** Line of the check in its document. */
  line: number;
}

/** How long the slowest of some checks may take to hold, in milliseconds. */
export const patienceOf = (checks: Check[]): number => Math.max(0, ...checks.map(({ within }) => within));
