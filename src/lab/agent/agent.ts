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
  /** Gives up the agent that runs it, and all else that this one runs. */
  abandon(): void;
  /** Resolves to its exit status once all its output has come. Rejects when the agent is lost. */
  ended: Promise<number>;
}

/** Milliseconds after which an agent that has not told of a killed command's end is given up, and another one started. */
const STUCK = 10_000;
/** Bytes that a command run to its end may print. */
const MOST_OUTPUT = 16 * 1024 * 1024;

/** How long what was killed may take to have ended, in milliseconds: an engine may be what made it late. */
const KILL_TIMEOUT = 2000;

/** Runs commands in a lab by way of one process that stays in there, and is started when it is needed. */
export class Agent {
  readonly #open: Open;
  #connection: Promise<Connection> | undefined;

  constructor(open: Open) {
    this.#open = open;
  }

  /**
   * Runs a command to its end; errors as `Lab.exec` has them, and a UserError `agent-lost` when the agent was ended or somebody
   * in the lab has written into what it says, `exec-failed` when the command could not be started, `exec-flood` when it printed
   * more than 16 MB.
   */
  async exec(argv: string[], { input, timeout = 30_000, signal, ...place }: ExecOptions = {}): Promise<ExecResult> {
    signal?.throwIfAborted();
    const limit = AbortSignal.timeout(timeout);
    const flood = new AbortController();
    const stop = AbortSignal.any([limit, flood.signal, ...(signal ? [signal] : [])]);
    const output = { out: [] as Buffer[], err: [] as Buffer[] };
    let printed = 0;
    const starting = this.start(argv, place, (stream, bytes) => {
      printed += bytes.length;
      if (printed > MOST_OUTPUT) flood.abort(flooded(argv));
      else output[stream].push(bytes);
    });
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
      starting.then(killOrAbandon).catch(() => {});
      await Promise.race([ended.catch(() => {}), delay(KILL_TIMEOUT, undefined, { ref: false })]);
      if (!limit.aborted) throw error;
      const message = `${argv[0]} did not end within ${timeout / 1000} s and was killed.`;
      throw new UserError('exec-timeout', message, { cause: error });
    }
  }

  /** Runs a command. What it prints is handed on as it comes; a rejection of its end is as of `exec`. */
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

const flooded = ([program]: string[]): UserError =>
  new UserError('exec-flood', `${program} printed more than ${MOST_OUTPUT / 1024 / 1024} MB and was killed.`);

function killOrAbandon({ kill, abandon, ended }: Running): void {
  kill();
  const stuck = setTimeout(abandon, STUCK).unref();
  const over = () => clearTimeout(stuck);
  ended.then(over, over);
}

interface Heard {
  sink: Sink;
  /** Why it could not be started, piece by piece. */
  failure: string;
  exit(status: number): void;
  failed(why: string): void;
  lost(error: Error): void;
}

/** The agent as long as one process of it lives. */
class Connection {
  readonly #stream: Duplex;
  readonly #running = new Map<number, Heard>();
  #last = 0;

  constructor(stream: Duplex, onEnd: () => void) {
    this.#stream = stream;
    const reader = new FrameReader('oefx');
    let cause: Error | undefined;
    stream
      .on('data', (bytes: Buffer) => {
        try {
          for (const { id, kind, payload } of reader.read(bytes)) this.#hear(id, kind, payload);
        } catch (error) {
          stream.destroy(new UserError('agent-lost', WRITTEN_INTO, { cause: error }));
        }
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
    const ended = new Promise<number>((exit, lost) => {
      const failed = (why: string) =>
        lost(new UserError('exec-failed', `Could not start ${argv[0]} as ${user}: ${why}`));
      this.#running.set(id, { sink, failure: '', exit, failed, lost });
    });
    // Whoever does not wait for the end does not care how it came.
    ended.catch(() => {});
    const send = (kind: string, bytes: Buffer | string = '') => {
      if (this.#running.has(id)) this.#stream.write(frameOf(id, kind, bytes));
    };
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    send('s', [user, cwd, variables.length, ...variables, ...argv].join('\0'));
    if (this.#stream.destroyed) this.#lose(undefined);
    return {
      write: (bytes) => send('i', bytes),
      close: () => send('c'),
      kill: () => send('k'),
      abandon: () => this.close(),
      ended,
    };
  }

  close(): void {
    this.#stream.destroy();
  }

  /** Throws on what the agent never says. */
  #hear(id: number, kind: string, payload: Buffer): void {
    const running = this.#running.get(id);
    if (!running) throw new Error(`There is no command ${id}.`);
    if (kind === 'o') running.sink('out', payload);
    else if (kind === 'e') running.sink('err', payload);
    else if (kind === 'f') running.failure = (running.failure + payload).slice(0, LONGEST_REASON);
    else {
      const [status] = /^\d{1,3}$/.exec(payload.toString('latin1')) ?? [];
      if (status === undefined) throw new Error('That is no exit status.');
      this.#running.delete(id);
      if (running.failure) running.failed(running.failure);
      else running.exit(Number(status));
    }
  }

  #lose(cause: Error | undefined): void {
    const known = cause instanceof UserError && cause.code === 'agent-lost';
    const error = known ? cause : new UserError('agent-lost', 'What runs commands in the lab was ended.', { cause });
    for (const { lost } of this.#running.values()) lost(error);
    this.#running.clear();
  }
}

const WRITTEN_INTO =
  'A program in the lab has written into what runs commands in it, and which is started anew for the next one.';
const LONGEST_REASON = 1000;

/** Rejects with the signal's reason when that aborts first. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const listening = addAbortListener(signal, () => aborted.reject(signal.reason));
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    listening[Symbol.dispose]();
  }
}
