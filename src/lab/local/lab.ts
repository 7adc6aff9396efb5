import { randomBytes } from 'node:crypto';
import { addAbortSignal, Duplex } from 'node:stream';
import { UserError } from '../../util/user-error.ts';
import { Agent } from '../agent/agent.ts';
import { CommandStream } from '../agent/command-stream.ts';
import { ownerOf } from '../ids.ts';
import type { ExecOptions, ExecResult, Lab, LabTerminal, Snapshot, TerminalOptions } from '../lab.ts';
import { type Boot, bootLab } from './boot.ts';
import { enter } from './enter.ts';
import { whileFrozen } from './freeze.ts';
import { runMapped } from './mapped.ts';
import { discard, type LabFile, labPath, snapshotPath, storeDirectory, writeLab } from './store.ts';
import { openLabTerminal } from './terminal.ts';

export class LocalLab implements Lab {
  readonly id: string;
  readonly runtime = 'local';
  readonly #gone = new AbortController();
  #file: LabFile;
  /** Undefined while the lab is meant to have no processes. */
  #boot: Boot | undefined;
  /** Resolves when the snapshot that is being taken is done. */
  #thawed: Promise<unknown> = Promise.resolve();
  readonly #agent = new Agent(async (argv) => {
    const { stdout, stdin } = enter(this.#running().pid, argv);
    return Duplex.from({ readable: stdout, writable: stdin });
  });

  constructor(id: string, file: LabFile) {
    this.id = id;
    this.#file = file;
  }

  get major() {
    return this.#file.major;
  }

  get gone() {
    return this.#gone.signal;
  }

  /** Starts the processes; returns the clusters that did not start. */
  async boot(clusters: string[], signal?: AbortSignal): Promise<string[]> {
    const boot = await bootLab(this.id, this.#file, clusters, signal);
    this.#boot = boot;
    boot.over.then((how) => {
      if (this.#boot !== boot) return;
      const reason = new UserError('lab-died', `The lab has stopped. ${how}`, {
        hint: 'Start the scenario again: your progress is kept',
      });
      this.#gone.abort(reason);
    });
    await this.#write({ owner: ownerOf(), init: ownerOf(boot.pid) });
    return boot.failed;
  }

  async exec(argv: string[], options: ExecOptions = {}): Promise<ExecResult> {
    try {
      return await this.#agent.exec(argv, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof UserError) || error.code !== 'agent-lost') throw error;
      // A lab that dies takes its commands along: then how that came is what matters.
      throw this.#boot && isAlive(this.#boot.pid) ? error : await this.#whyOver();
    }
  }

  async connect(
    argv: string[],
    { user, cwd, signal }: Pick<ExecOptions, 'user' | 'cwd' | 'signal'> = {},
  ): Promise<Duplex> {
    signal?.throwIfAborted();
    const stream = await CommandStream.to(this.#agent, argv, { user, cwd });
    return signal ? addAbortSignal(signal, stream) : stream;
  }

  async openTerminal(argv: string[], options: TerminalOptions): Promise<LabTerminal> {
    return openLabTerminal(this.#running().pid, argv, options);
  }

  async snapshot(signal?: AbortSignal): Promise<Snapshot> {
    await this.#thawed;
    signal?.throwIfAborted();
    const id = `${this.id}.${randomBytes(3).toString('hex')}`;
    const path = snapshotPath(id);
    const copy = () => copyDisk(`${labPath(this.id)}/up`, path, signal);
    const taken = whileFrozen(this.#running().pid, copy);
    this.#thawed = taken.catch(() => {});
    await taken;
    return { id, runtime: 'local' };
  }

  async restore(snapshot: Snapshot, signal?: AbortSignal): Promise<void> {
    await this.#thawed;
    signal?.throwIfAborted();
    const lab = labPath(this.id);
    // Copied before the old one goes: a full disk then costs nothing.
    await copyDisk(snapshotPath(snapshot.id), `${lab}/next`, signal);
    await this.#end();
    try {
      await runMapped('rm -rf "$1/up"; mv "$1/next" "$1/up"', [lab], { cwd: storeDirectory() });
      await this.boot([], signal);
    } catch (error) {
      this.#gone.abort(error);
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.#end();
    await this.#write({ owner: undefined, init: undefined });
  }

  async remove(): Promise<void> {
    await this.#end();
    await discard('labs', this.id);
  }

  async #end(): Promise<void> {
    const boot = this.#boot;
    this.#boot = undefined;
    await this.#agent.close();
    await this.#thawed;
    await boot?.end();
  }

  async #write(changes: Partial<LabFile>): Promise<void> {
    this.#file = { ...this.#file, ...changes };
    await writeLab(this.id, this.#file);
  }

  #running(): Boot {
    this.gone.throwIfAborted();
    if (!this.#boot) throw stopped();
    return this.#boot;
  }

  async #whyOver(): Promise<UserError> {
    if (!this.#boot) return stopped();
    await this.#boot.over;
    return this.gone.reason ?? stopped();
  }
}

const stopped = (): UserError =>
  new UserError('lab-stopped', 'The lab was stopped or put back while a command ran in it.');

/** Copies a lab's disk: deletions are device files and opaque directories attributes in it, and `-a` keeps both. */
export async function copyDisk(from: string, to: string, signal?: AbortSignal): Promise<void> {
  const script = 'rm -rf "$2"; mkdir -p "$(dirname "$2")"; cp -a --reflink=auto "$1" "$2" || { rm -rf "$2"; exit 1; }';
  await runMapped(script, [from, to], { cwd: storeDirectory(), signal });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
