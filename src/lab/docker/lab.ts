import { randomBytes } from 'node:crypto';
import { addAbortSignal, type Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { EXIT, UserError } from '../../util/user-error.ts';
import { Agent } from '../agent/agent.ts';
import { CommandStream } from '../agent/command-stream.ts';
import type { ExecOptions, ExecResult, Lab, LabTerminal, Snapshot, TerminalOptions } from '../lab.ts';
import { type Boot, boot } from './boot.ts';
import { confined } from './confinement.ts';
import { createContainer, killContainer, type Labelled, removeContainer } from './containers.ts';
import { explain, isConnectionError, isNotRunning, isPaused } from './errors.ts';
import { Gate } from './gate.ts';
import { Hindrances } from './hindrance.ts';
import { type Process, type Start, startProcess } from './process.ts';
import { ProcessStream } from './process-stream.ts';
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
  readonly #hindrances: Hindrances;
  readonly #agent = new Agent(async (argv) => new ProcessStream(await this.#start(argv)));

  constructor(docker: Docker, labelled: Labelled, first: Boot) {
    this.#docker = docker;
    this.#labelled = labelled;
    this.#boot = first;
    // A snapshot pauses the lab as well, and is nobody's trouble.
    const isWatched = () => this.#meantToRun && !this.#gone.signal.aborted && !this.#gate.isShut;
    this.#hindrances = new Hindrances(docker, () => this.#boot.container, isWatched);
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

  onHindrance(listener: (what: string | undefined) => void): void {
    this.#hindrances.on(listener);
  }

  async exec(argv: string[], options: ExecOptions = {}): Promise<ExecResult> {
    try {
      return await this.#agent.exec(argv, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      throw await this.#why(error, 'run a command');
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
    const container = await confined(this.#docker, (settings) => createContainer(this.#docker, next, settings));
    this.#meantToRun = false;
    await this.#agent.close();
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
    this.#hindrances.end();
    await killContainer(this.#boot.container);
  }

  async remove(): Promise<void> {
    this.#meantToRun = false;
    this.#hindrances.end();
    await removeLab(this.#docker, this.id);
  }

  #watch(watched: Boot): void {
    watched.over.then((reason) => {
      if (this.#boot === watched && this.#meantToRun) this.#gone.abort(reason);
    });
  }

  async #start(argv: string[], start: Start = {}): Promise<Process> {
    try {
      const process = await this.#gate.pass(() => startProcess(this.#boot.container, argv, start));
      return { ...process, kill: () => this.#gate.pass(process.kill) };
    } catch (error) {
      throw await this.#why(error, `run ${argv[0]}`);
    }
  }

  async #whyOver(): Promise<UserError> {
    if (this.#meantToRun) return this.#boot.over;
    return new UserError('lab-stopped', 'The lab was stopped or put back while a command ran in it.');
  }

  /** A request fails in many ways when the lab or the engine has gone: then how that came is what matters. */
  async #why(error: unknown, doing: string): Promise<Error> {
    if (isPaused(error) || isLate(error)) {
      const what = await this.#hindrances.look();
      if (what) return new UserError('lab-hindered', what, { exit: EXIT.environment, cause: error });
    }
    if (!isLost(error) && !isNotRunning(error) && !isConnectionError(error)) return explain(error, doing);
    const known = new AbortController();
    // It holds the program: what tells of the lab's end does not, and may say nothing.
    const unclear = delay(2000, explain(error, doing), { signal: known.signal });
    try {
      return await Promise.race([this.#whyOver(), unclear]);
    } finally {
      known.abort();
    }
  }
}

const isLate = (error: unknown): boolean => error instanceof UserError && error.code === 'exec-timeout';
const isLost = (error: unknown): boolean =>
  error instanceof UserError && ['agent-lost', 'exec-failed'].includes(error.code);
