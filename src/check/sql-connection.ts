import type { Duplex } from 'node:stream';
import type { Client, QueryArrayResult } from 'pg';
import type { Lab } from '../lab/lab.ts';

/** One session of the superuser `postgres`. Strictly one query at a time. */
export interface SqlConnection {
  /** False once it has ended, whoever ended it. */
  readonly open: boolean;
  /** Rows of psql -At texts. Throws a SqlError for what the server says, and any other error when the session is lost. */
  query(text: string, options: { writes: boolean; signal?: AbortSignal | undefined }): Promise<string[][]>;
  /** Resolves when the server has let go of it. */
  close(): Promise<void>;
}

/** What a server answered in place of rows. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly sqlstate: string;

  constructor(message: string, sqlstate: string) {
    super(message);
    this.sqlstate = sqlstate;
  }
}

// Asks nothing of a server that is known not to be ready: each refusal would be a line in the log that the learner reads.
const BRIDGE = `
socket=/var/run/postgresql/.s.PGSQL.$1
if mapfile -t owner <"$socket.lock" && mapfile -t server <"\${owner[1]}/postmaster.pid"; then
  case \${server[7]} in starting* | stopping* | standby*) exit 1 ;; esac
fi 2>/dev/null
exec socat - "UNIX-CONNECT:$socket"
`;

// The server's log belongs to the learner, so what checks ask, rightly or wrongly, stays out of it.
const QUIET = ['log_min_messages=panic', 'log_min_error_statement=panic', 'log_statement=none', 'log_duration=off'];
const ANSWER_WITHIN = 10_000;

/** Texts as they come: `t`, `2024-01-01`, `{1,2}`; NULL becomes the empty text, as in psql -At. */
const AS_TEXT = { getTypeParser: () => (value: string) => value };

export async function connectSql(
  lab: Lab,
  port: number,
  database: string,
  signal: AbortSignal | undefined,
): Promise<SqlConnection> {
  const [{ Client }, bridge] = await Promise.all([
    import('pg'),
    lab.connect(['bash', '-c', BRIDGE, 'check', String(port)], { user: 'postgres' }),
  ]);
  // Whatever node-postgres would take from the environment of the program is said here.
  const client = new Client({
    stream: () => socketLike(bridge),
    user: 'postgres',
    password: '',
    database,
    ssl: false,
    application_name: 'waldojo',
    options: QUIET.map((setting) => `-c ${setting}`).join(' '),
    statement_timeout: 5000,
    lock_timeout: 1000,
    query_timeout: ANSWER_WITHIN,
    connectionTimeoutMillis: ANSWER_WITHIN,
  });
  const connection = new PgConnection(client, bridge);
  try {
    await whileWanted(bridge, signal, client.connect());
  } catch (error) {
    bridge.destroy();
    throw asSqlError(error);
  }
  return connection;
}

class PgConnection implements SqlConnection {
  open = true;
  readonly #client: Client;
  readonly #bridge: Duplex;

  constructor(client: Client, bridge: Duplex) {
    this.#client = client;
    this.#bridge = bridge;
    const lost = () => {
      this.open = false;
    };
    // A session that nobody uses is told of a shutdown by an error event: 57P01.
    client.on('error', lost).on('end', lost);
  }

  async query(text: string, { writes, signal }: { writes: boolean; signal?: AbortSignal | undefined }) {
    try {
      const statements = `BEGIN${writes ? '' : ' READ ONLY'};\n${text}\n;ROLLBACK`;
      return rowsOf(await whileWanted(this.#bridge, signal, this.#send(statements)));
    } catch (thrown) {
      const error = asSqlError(thrown);
      if (error instanceof SqlError && !/^57P0|^08/.test(error.sqlstate)) await this.#send('ROLLBACK');
      else this.#drop();
      throw error;
    }
  }

  async close() {
    this.open = false;
    const giveUp = setTimeout(() => this.#bridge.destroy(), 1000);
    await this.#client.end().catch(() => {});
    clearTimeout(giveUp);
  }

  /** In the simple protocol: several statements in one message are one transaction and one round trip. */
  async #send(text: string): Promise<QueryArrayResult<string[]>[]> {
    const results: unknown = await this.#client.query({ text, rowMode: 'array', types: AS_TEXT });
    return (Array.isArray(results) ? results : [results]) as QueryArrayResult<string[]>[];
  }

  #drop() {
    this.open = false;
    this.#bridge.destroy();
  }
}

/** An abort breaks the bridge, which rejects whatever waits for an answer. */
async function whileWanted<T>(bridge: Duplex, signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  const abandon = () => bridge.destroy();
  signal?.addEventListener('abort', abandon, { once: true });
  try {
    return await work;
  } finally {
    signal?.removeEventListener('abort', abandon);
  }
}

/** Of several statements the last that returns rows counts. */
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
