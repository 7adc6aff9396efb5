import type { Duplex } from 'node:stream';
import type { Major, Topology } from '../model/topology.ts';
import type { Pty, TerminalSize } from '../terminal/pty.ts';

export const RUNTIMES = ['docker', 'local'] as const;
export type RuntimeName = (typeof RUNTIMES)[number];

/**
 * Whether a runtime works here (`version` names what answers, such as `Docker 28.2.2`) and, if not, the one thing to do.
 * `sick`: it is there and should work, so labs of somebody's may be in it.
 */
export type Probe =
  | { ok: true; version: string }
  | { ok: false; reason: string; remedy: string; sick?: boolean | undefined };

export interface Progress {
  /** What is being done, such as `Unpacking postgresql-17`. */
  text: string;
  /** From 0 to 1, where it is known. */
  fraction?: number;
}
export type OnProgress = (progress: Progress) => void;

export interface ImageInfo {
  major: Major;
  /** Content hash of the recipe it was made from. */
  tag: string;
  /** Made from the recipe as it is now. */
  current: boolean;
  bytes: number;
}

/** What a lab is labelled with in the call that creates it. */
export interface LabLabels {
  scenario: string;
  /** True: kept for its learner, and stopped when its program ends. False: removed when its program ends. */
  keep: boolean;
}

export interface LabSpec extends LabLabels {
  major: Major;
  topology: Topology;
  /** Start from this snapshot in place of the image; the clusters that ran when it was taken are started again. */
  from?: Snapshot | undefined;
}

/** A lab that exists, running or not. */
export interface LabRecord extends LabLabels {
  id: string;
  runtime: RuntimeName;
  /** Undefined where it is not known, as of a lab with a `damage`. */
  major: Major | undefined;
  created: Date;
  /** It has processes. */
  running: boolean;
  /** The program that owns it is alive. */
  owned: boolean;
  /** Of this user and this data directory. An engine has those of others too. */
  mine: boolean;
  /** Why no more is known of it, such as `its lab.json is empty`. It is left alone, and removed only when it is named. */
  damage?: string | undefined;
  /** What it holds on disk beyond its image, where that is cheap to know. */
  bytes?: number | undefined;
}

/** The state of a lab's disk at one moment. PostgreSQL starts from it as after a crash. */
export interface Snapshot {
  id: string;
  runtime: RuntimeName;
}

export interface ExecOptions {
  /** OS user in the lab; `root` by default. */
  user?: string;
  env?: Record<string, string>;
  /** The user's home directory by default. */
  cwd?: string;
  /** Written to its standard input, which is then closed. */
  input?: string;
  /** Milliseconds; then the command is killed and a UserError `exec-timeout` thrown. 30 s by default. */
  timeout?: number;
  signal?: AbortSignal | undefined;
}

export interface ExecResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** A pseudo-terminal of a lab. */
export interface LabTerminal extends Pty {
  /** Of the first process in it: resolves once that has ended. */
  exitStatus(): Promise<number>;
}

export interface TerminalOptions extends TerminalSize {
  user: string;
  env?: Record<string, string>;
}

/** A running lab: one host with PostgreSQL clusters, cut off from everything outside it. */
export interface Lab {
  readonly id: string;
  readonly runtime: RuntimeName;
  readonly major: Major;
  /** Runs a command to its end, unseen. A non-zero exit is a result; only a lab that cannot run it throws. */
  exec(argv: string[], options?: ExecOptions): Promise<ExecResult>;
  /** Runs a command and returns its standard input and output as one byte stream, without a terminal in between. */
  connect(argv: string[], options?: Pick<ExecOptions, 'user' | 'cwd' | 'signal'>): Promise<Duplex>;
  /** Starts `argv` on a pseudo-terminal of the lab, in the user's home directory. */
  openTerminal(argv: string[], options: TerminalOptions): Promise<LabTerminal>;
  /** Freezes the processes, copies the disk, lets them go on. */
  snapshot(signal?: AbortSignal): Promise<Snapshot>;
  /** Puts the disk back to a snapshot of this lab and boots it; processes and terminals of before are gone. */
  restore(snapshot: Snapshot, signal?: AbortSignal): Promise<void>;
  /** Ends the processes and keeps the disk. */
  stop(): Promise<void>;
  /** Ends the processes and removes the disk, its snapshots included. Removing twice is no error. */
  remove(): Promise<void>;
  /** Aborts, with a UserError as its reason, when the lab dies without having been asked to. */
  readonly gone: AbortSignal;
  /**
   * Hears, in a sentence, that the lab cannot go on for now, such as when somebody has paused it; and undefined when it can
   * again. Absent where a runtime knows of nothing of the kind.
   */
  onHindrance?(listener: (what: string | undefined) => void): void;
}

export interface Runtime {
  readonly name: RuntimeName;
  probe(signal?: AbortSignal): Promise<Probe>;

  images(): Promise<ImageInfo[]>;
  /** Whether the image for this major, made from the recipe as it is now, is there. */
  hasImage(major: Major): Promise<boolean>;
  buildImage(major: Major, onProgress: OnProgress, signal?: AbortSignal): Promise<void>;
  removeImage(image: ImageInfo): Promise<void>;
  /** Takes the root file system tarball of a major, as `images export` wrote it. */
  importImage(major: Major, tarball: string, onProgress: OnProgress, signal?: AbortSignal): Promise<void>;
  /** Writes the image's root file system as a tarball. */
  exportImage(major: Major, tarball: string, onProgress: OnProgress, signal?: AbortSignal): Promise<void>;

  /** A new lab, ready: its clusters are in the state that the topology asks for. Throws `image-missing` without an image. */
  create(spec: LabSpec, signal?: AbortSignal): Promise<Lab>;
  /** Boots a lab that was stopped, with the clusters that ran then. Throws a UserError `lab-missing` or `lab-in-use`. */
  resume(id: string, signal?: AbortSignal): Promise<Lab>;
  labs(): Promise<LabRecord[]>;
  removeLab(id: string): Promise<void>;
  removeSnapshot(snapshot: Snapshot): Promise<void>;
  /** Of what is `mine`. Removes what programs left behind that have died: labs not to be kept, and their snapshots; stops those to be kept. */
  sweep(): Promise<void>;
}
