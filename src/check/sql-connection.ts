import { addAbortListener } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Client, QueryArrayResult } from 'pg';
import type { Lab } from '../lab/lab.ts';
import type { Cluster, Major } from '../model/topology.ts';
import { openBridge } from './sql-bridge.ts';
import { AnswerTooLong, LONGEST, PasswordWanted, SqlError } from './sql-errors.ts';
import { LOCK_TIMEOUT, optionsFor, STATEMENT_TIMEOUT } from './sql-settings.ts';

interface HowToAsk {
  /** In place of a read-only transaction, one that is only rolled back. */
  writes: boolean;
  signal: AbortSignal;
}

const CONNECT_WITHIN = 5000;
const ANSWER_WITHIN = 10_000;

/** Texts as they come: `t`, `2024-01-01`, `{1,2}`. */
const AS_TEXT = { getTypeParser: () => (value: string) => value };

/** One session of the superuser `postgres`. It takes one query at a time. */
export class SqlConnection {
  readonly #client: Client;
  readonly #bridge: Duplex;
  readonly #major: Major;
  #open = true;
  /** Bytes that have come since the last question. */
  #bytes = 0;

  private constructor(client: Client, bridge: Duplex, cluster: Cluster, major: Major) {
    this.#client = client;
    this.#bridge = bridge;
    this.#major = major;
    // Before node-postgres listens, so that what is too much is not kept.
    bridge.on('data', ({ length }: Buffer) => {
      this.#bytes += length;
      if (this.#bytes > LONGEST) this.#drop(new AnswerTooLong(cluster.name));
    });
    const lost = () => {
      this.#open = false;
    };
    // A session that nobody uses is told of a shutdown by an error event: 57P01.
    client.on('error', lost).on('end', lost);
  }

  /** Throws a ClusterDown, a ShutOut, a PasswordWanted, a SqlError for what the server says, any other when nothing answers. */
  static async to(lab: Lab, cluster: Cluster, database: string, signal: AbortSignal): Promise<SqlConnection> {
    const [{ Client }, bridge] = await Promise.all([import('pg'), openBridge(lab, cluster, signal)]);
    // Whatever node-postgres would take from the environment of the program is said here.
    const client = new Client({
      stream: () => socketLike(bridge),
      user: 'postgres',
      password: () => Promise.reject(new PasswordWanted()),
      database,
      ssl: false,
      application_name: 'waldojo',
      options: optionsFor(lab.major),
      statement_timeout: STATEMENT_TIMEOUT,
      lock_timeout: LOCK_TIMEOUT,
      query_timeout: ANSWER_WITHIN,
      connectionTimeoutMillis: CONNECT_WITHIN,
    });
    const connection = new SqlConnection(client, bridge, cluster, lab.major);
    try {
      await connection.#whileWanted(signal, client.connect());
      return connection;
    } catch (error) {
      bridge.destroy();
      throw asSqlError(error);
    }
  }

  /** False once it has ended, whoever ended it. */
  get open(): boolean {
    return this.#open;
  }

  /** Throws a SqlError for what the server says, an AnswerTooLong, and any other error when the session is lost. */
  async query(text: string, { writes, signal }: HowToAsk): Promise<string[][]> {
    // Triggers belong to what a statement that writes is refused by.
    const triggers = writes && this.#major >= 17 ? 'SET LOCAL event_triggers = on;' : '';
    this.#bytes = 0;
    try {
      // One message in the simple protocol takes several statements.
      const asked = this.#send(`BEGIN${writes ? '' : ' READ ONLY'};${triggers}\n${text}`);
      return rowsOf(await this.#whileWanted(signal, asked));
    } catch (thrown) {
      const error = asSqlError(thrown);
      if (!(error instanceof SqlError) || /^57P0|^08/.test(error.sqlstate)) this.#drop();
      throw error;
    } finally {
      if (this.#open) await this.#send('ROLLBACK').catch(() => this.#drop());
    }
  }

  /** Resolves when the server has let go of it. */
  async close(): Promise<void> {
    if (!this.#open) return this.#drop();
    this.#open = false;
    const giveUp = setTimeout(() => this.#bridge.destroy(), 1000);
    await this.#client.end().catch(() => {});
    clearTimeout(giveUp);
  }

  async #send(text: string): Promise<QueryArrayResult<string[]>[]> {
    const results: unknown = await this.#client.query({ text, rowMode: 'array', types: AS_TEXT });
    return (Array.isArray(results) ? results : [results]) as QueryArrayResult<string[]>[];
  }

  /** An abort breaks the bridge, which rejects whatever waits for an answer. */
  async #whileWanted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
    const abandoning = addAbortListener(signal, () => this.#drop());
    try {
      return await work;
    } finally {
      abandoning[Symbol.dispose]();
    }
  }

  #drop(why?: Error) {
    this.#open = false;
    this.#bridge.destroy(why);
  }
}

/** Of several statements the last that returns rows counts. NULL is the empty text, as in psql -At. */
function rowsOf(results: QueryArrayResult<(string | null)[]>[]): string[][] {
  const rows = results.findLast((result) => result.fields.length > 0)?.rows ?? [];
  return rows.map((row) => row.map((value) => value ?? ''));
}

function asSqlError(error: unknown): Error {
  const { code, message } = error as Error & { code?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? new SqlError(message, code) : (error as Error);
}

/** node-postgres wants a socket that is yet to be connected; the bridge is a plain stream that already is. */
function socketLike(bridge: Duplex): Duplex {
  const ignore = () => bridge;
  return Object.assign(bridge, {
    connect() {
      process.nextTick(() => bridge.emit('connect'));
      // A Duplex whose other side has ended stays half open, and node-postgres waits for its close.
      bridge.once('end', () => bridge.destroy());
      return bridge;
    },
    setNoDelay: ignore,
    setKeepAlive: ignore,
    ref: ignore,
    unref: ignore,
  });
}
