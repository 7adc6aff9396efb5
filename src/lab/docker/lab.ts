import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { addAbortSignal, type Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { UserError } from '../../util/user-error.ts';
import type { ExecOptions, ExecResult, Lab, LabTerminal, Snapshot, TerminalOptions } from '../lab.ts';
import { type Boot, boot } from './boot.ts';
import { CommandStream } from './command-stream.ts';
import { createContainer, killContainer, type Labelled, removeContainer } from './containers.ts';
import { explain, isConnectionError, isNotRunning } from './errors.ts';
import { Gate } from './gate.ts';
import { type Process, type Start, startProcess } from './process.ts';
import { removeLab, removeSnapshot, snapshotImage, takeSnapshot } from './snapshots.ts';
import { createPty } from './terminal.ts';

export class DockerLab implements Lab {
  readonly runtime = 'docker';
  readonly #docker: Docker;
  readonly #labelled: Labelled;
  readonly #gone = new AbortController();
  #boot: Boot;
  /** False while the lab is meant to have no processes. */
  #meantToRun = true;
  /** Shut while a snapshot is taken: the engine starts nothing in a container that is paused. */
  readonly #gate = new Gate();

  constructor(docker: Docker, labelled: Labelled, first: Boot) {
    this.#docker = docker;
    this.#labelled = labelled;
    this.#boot = first;
    this.#watch(first);
  }

  get id() {
    return this.#labelled.id;
  }

  get major() {
    return this.#labelled.major;
  }

  get gone() {
    return this.#gone.signal;
  }

  async exec(argv: string[], { input, timeout = 30_000, signal, ...start }: ExecOptions = {}): Promise<ExecResult> {
    signal?.throwIfAborted();
    const limit = AbortSignal.timeout(timeout);
    const started = this.#start(argv, { ...start, stdin: input !== undefined });
    const stop = signal ? AbortSignal.any([signal, limit]) : limit;
    try {
      return await unlessAborted(stop, this.#collect(started, input));
    } catch (error) {
      if (!stop.aborted) throw error;
      // An engine that hangs may be what made the command late.
      const killed = started.then((process) => process.kill()).catch(() => {});
      await Promise.race([killed, delay(2000, undefined, { ref: false })]);
      if (!limit.aborted) throw error;
      throw new UserError('exec-timeout', `${argv[0]} did not end within ${timeout / 1000} s and was killed.`, {
        cause: error,
      });
    }
  }

  async #collect(started: Promise<Process>, input: string | undefined): Promise<ExecResult> {
    const process = await started;
    const output = { out: [] as Buffer[], err: [] as Buffer[] };
    process.listen((stream, bytes) => output[stream].push(bytes));
    if (input !== undefined) process.socket.end(input);
    await process.ended;
    try {
      const exitCode = await process.exitCode();
      // A lab that dies takes its commands along: that is no result of theirs.
      if (exitCode === 137) await this.#throwIfOver();
      const [stdout, stderr] = [output.out, output.err].map((bytes) => Buffer.concat(bytes).toString()) as [
        string,
        string,
      ];
      return { exitCode, stdout, stderr };
    } catch (error) {
      throw await this.#why(error, 'run a command');
    }
  }

  async connect(argv: string[], { user, signal }: Pick<ExecOptions, 'user' | 'signal'> = {}): Promise<Duplex> {
    signal?.throwIfAborted();
    const stream = new CommandStream(await this.#start(argv, { user, stdin: true }));
    return signal ? addAbortSignal(signal, stream) : stream;
  }

  async openTerminal(argv: string[], { user, env, columns, rows }: TerminalOptions): Promise<LabTerminal> {
    return createPty(await this.#start(argv, { user, env, terminal: { columns, rows } }));
  }

  async snapshot(signal?: AbortSignal): Promise<Snapshot> {
    signal?.throwIfAborted();
    const id = `${this.id}-${randomBytes(3).toString('hex')}`;
    try {
      const snapshot = await this.#gate.alone(() => takeSnapshot(this.#boot.container, id));
      if (signal?.aborted) await removeSnapshot(this.#docker, snapshot);
      signal?.throwIfAborted();
      return snapshot;
    } catch (error) {
      throw await this.#why(error, 'take a snapshot of the lab');
    }
  }

  async restore(snapshot: Snapshot, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const old = this.#boot.container;
    // Made before the old one goes: a full disk then costs nothing, and the lab is never without a container.
    const next = { ...this.#labelled, image: snapshotImage(snapshot), start: [] };
    const container = await createContainer(this.#docker, next);
    this.#meantToRun = false;
    try {
      const [booted] = await Promise.all([boot(container, signal), removeContainer(old)]);
      this.#boot = booted;
      this.#meantToRun = true;
      this.#watch(booted);
    } catch (error) {
      const reason = explain(error, 'restore the lab');
      this.#gone.abort(reason);
      throw reason;
    }
  }

  async stop(): Promise<void> {
    this.#meantToRun = false;
    await killContainer(this.#boot.container);
  }

  async remove(): Promise<void> {
    this.#meantToRun = false;
    await removeLab(this.#docker, this.id);
  }

  #watch(watched: Boot): void {
    watched.over.then((reason) => {
      if (this.#boot === watched && this.#meantToRun) this.#gone.abort(reason);
    });
  }

  async #start(argv: string[], start: Start): Promise<Process> {
    try {
      const process = await this.#gate.pass(() => startProcess(this.#boot.container, argv, start));
      return { ...process, kill: () => this.#gate.pass(process.kill) };
    } catch (error) {
      throw await this.#why(error, `run ${argv[0]}`);
    }
  }

  async #throwIfOver(): Promise<void> {
    const over = this.#boot.over.then(() => true);
    // The engine tells of the end of the command first.
    if (await Promise.race([over, delay(500, false, { ref: false })])) throw await this.#whyOver();
  }

  async #whyOver(): Promise<UserError> {
    if (this.#meantToRun) return this.#boot.over;
    return new UserError('lab-stopped', 'The lab was stopped or put back while a command ran in it.');
  }

  /** A request fails in many ways when the lab or the engine has gone: then how that came is what matters. */
  async #why(error: unknown, doing: string): Promise<Error> {
    if (!isNotRunning(error) && !isConnectionError(error)) return explain(error, doing);
    const unclear = delay(2000, explain(error, doing), { ref: false });
    return Promise.race([this.#whyOver(), unclear]);
  }
}

/** Rejects with the signal's reason when that aborts first. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const aborted = once(signal, 'abort', { signal: done.signal }).then(() => Promise.reject(signal.reason));
  try {
    signal.throwIfAborted();
    return await Promise.race([work, aborted]);
  } finally {
    aborted.catch(() => {});
    work.catch(() => {});
    done.abort();
  }
}
