import { addAbortListener } from 'node:events';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../util/user-error.ts';
import type { ExecOptions, ExecResult } from '../lab.ts';
import { FrameReader, frameOf } from './frames.ts';
import { AGENT } from './script.ts';

/** Starts the agent in the lab, as root, and returns its standard input and output. */
export type Open = (argv: string[]) => Promise<Duplex>;

type Sink = (stream: 'out' | 'err', bytes: Buffer) => void;
export interface Place {
  user?: string | undefined;
  env?: Record<string, string> | undefined;
  cwd?: string | undefined;
}

/** A command that the agent runs. */
export interface Running {
  write(bytes: Buffer | string): void;
  /** Closes its standard input. */
  close(): void;
  /** Ends it and all that it started, except what has left its session, as a daemon does. */
  kill(): void;
  /** Resolves to its exit status once all its output has come. Rejects when the agent is lost. */
  ended: Promise<number>;
}

/** How long what was killed may take to have ended, in milliseconds: an engine may be what made it late. */
const KILL_TIMEOUT = 2000;

/** Runs commands in a lab by way of one process that stays in there, and is started when it is needed. */
export class Agent {
  readonly #open: Open;
  #connection: Promise<Connection> | undefined;

  constructor(open: Open) {
    this.#open = open;
  }

  /** Runs a command to its end; errors as `Lab.exec` has them, and a UserError `agent-lost` when the agent was ended. */
  async exec(argv: string[], { input, timeout = 30_000, signal, ...place }: ExecOptions = {}): Promise<ExecResult> {
    signal?.throwIfAborted();
    const limit = AbortSignal.timeout(timeout);
    const stop = signal ? AbortSignal.any([signal, limit]) : limit;
    const output = { out: [] as Buffer[], err: [] as Buffer[] };
    const starting = this.start(argv, place, (stream, bytes) => output[stream].push(bytes));
    const ended = starting.then((running) => {
      if (input) running.write(input);
      running.close();
      return running.ended;
    });
    try {
      const exitCode = await unlessAborted(stop, ended);
      const textOf = (bytes: Buffer[]) => Buffer.concat(bytes).toString();
      return { exitCode, stdout: textOf(output.out), stderr: textOf(output.err) };
    } catch (error) {
      if (!stop.aborted) throw error;
      starting.then((running) => running.kill()).catch(() => {});
      await Promise.race([ended.catch(() => {}), delay(KILL_TIMEOUT, undefined, { ref: false })]);
      if (!limit.aborted) throw error;
      const message = `${argv[0]} did not end within ${timeout / 1000} s and was killed.`;
      throw new UserError('exec-timeout', message, { cause: error });
    }
  }

  async start(argv: string[], place: Place, sink: Sink): Promise<Running> {
    this.#connection ??= this.#connect();
    const connection = await this.#connection;
    return connection.start(argv, place, sink);
  }

  /** Ends the agent and what it runs. It is started again when it is needed again. */
  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined);
    connection?.close();
  }

  #connect(): Promise<Connection> {
    const connecting = this.#open(['perl', '-e', AGENT]).then((stream) => new Connection(stream, forget));
    const forget = () => {
      if (this.#connection === connecting) this.#connection = undefined;
    };
    connecting.catch(forget);
    return connecting;
  }
}

/** The agent as long as one process of it lives. */
class Connection {
  readonly #stream: Duplex;
  readonly #running = new Map<number, { sink: Sink; exit(status: number): void; lost(error: Error): void }>();
  #last = 0;

  constructor(stream: Duplex, onEnd: () => void) {
    this.#stream = stream;
    const reader = new FrameReader();
    let cause: Error | undefined;
    stream
      .on('data', (bytes: Buffer) => {
        for (const { id, kind, payload } of reader.read(bytes)) this.#hear(id, kind, payload);
      })
      .once('error', (error) => {
        cause = error;
      })
      .once('end', () => stream.destroy())
      .once('close', () => {
        onEnd();
        this.#lose(cause);
      });
  }

  start(argv: string[], { user = 'root', env = {}, cwd = '' }: Place, sink: Sink): Running {
    const id = ++this.#last;
    const ended = new Promise<number>((exit, lost) => this.#running.set(id, { sink, exit, lost }));
    // Whoever does not wait for the end does not care how it came.
    ended.catch(() => {});
    const send = (kind: string, bytes: Buffer | string = '') => {
      if (this.#running.has(id)) this.#stream.write(frameOf(id, kind, bytes));
    };
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    send('s', [user, cwd, variables.length, ...variables, ...argv].join('\0'));
    if (this.#stream.destroyed) this.#lose(undefined);
    return { write: (bytes) => send('i', bytes), close: () => send('c'), kill: () => send('k'), ended };
  }

  close(): void {
    this.#stream.destroy();
  }

  #hear(id: number, kind: string, payload: Buffer): void {
    const running = this.#running.get(id);
    if (kind === 'o') running?.sink('out', payload);
    if (kind === 'e') running?.sink('err', payload);
    if (kind !== 'x') return;
    this.#running.delete(id);
    running?.exit(Number(payload.toString()));
  }

  #lose(cause: Error | undefined): void {
    const error = new UserError('agent-lost', 'What runs commands in the lab was ended.', { cause });
    for (const { lost } of this.#running.values()) lost(error);
    this.#running.clear();
  }
}

/** Rejects with the signal's reason when that aborts first. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const listening = addAbortListener(signal, () => aborted.reject(signal.reason));
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    listening[Symbol.dispose]();
  }
}
