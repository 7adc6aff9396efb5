import type { Lab } from '../lab/lab.ts';
import type { Cluster, Topology } from '../model/topology.ts';
import { UserError } from '../util/user-error.ts';
import { NotYet } from './outcome.ts';
import { closed, noSocket, refusal, ShutOut } from './shut-out.ts';
import { SqlConnection } from './sql-connection.ts';
import { AnswerTooLong, PasswordWanted, SqlError } from './sql-errors.ts';
import { isTheLearners } from './sqlstate.ts';

interface QueryOptions {
  /** By default any will do: `postgres`, or where that is gone or closed another. */
  database?: string;
  /** In place of a read-only transaction, one that is only rolled back. */
  writes?: boolean;
  signal?: AbortSignal | undefined;
}

interface Question {
  text: string;
  writes: boolean;
  signal: AbortSignal;
}

/** A shutdown in mode "smart" waits for the sessions that there are, so none is kept for longer than this. */
const KEEP = 3000;

/** Where to ask when the database `postgres` is gone or closed: those that a new lab has. */
const OTHERS = ['template1', 'student'];

/**
 * SQL for a lab's clusters: one kept connection each, and that to the database `postgres`. One kept to another database would
 * make the learner's DROP DATABASE fail, and to template1 their CREATE DATABASE.
 */
export class SqlPool {
  readonly #lab: Lab;
  readonly #topology: Topology;
  readonly #kept = new Map<Cluster, SqlConnection>();
  /** The database that was open when any would do. */
  readonly #found = new Map<Cluster, string>();
  readonly #turns = new Map<Cluster, Promise<unknown>>();

  constructor(lab: Lab, topology: Topology) {
    this.#lab = lab;
    this.#topology = topology;
  }

  /**
   * Rows as psql -At prints their values (NULL is ''), read in a transaction that changes nothing. Throws a NotYet for what the
   * learner's world answers for (a stopped cluster, a missing table), a ShutOut where they keep checks out, an AnswerTooLong,
   * a SqlError or other error for the rest.
   */
  async query(clusterName: string, text: string, options: QueryOptions = {}): Promise<string[][]> {
    const { database, writes = false, signal = this.#lab.gone } = options;
    const cluster = this.#topology.clusters.find(({ name }) => name === clusterName);
    if (!cluster) throw new Error(`There is no cluster ${clusterName} in this lab.`);
    const question = { text, writes, signal };
    return this.#inTurn(cluster, async () => {
      try {
        this.#lab.gone.throwIfAborted();
        signal.throwIfAborted();
        if (database === undefined) return await this.#askAny(cluster, question);
        return database === 'postgres'
          ? await this.#askKept(cluster, question)
          : await this.#askThere(cluster, database, question);
      } catch (error) {
        throw error instanceof SqlError && isTheLearners(error.sqlstate)
          ? new NotYet(`${cluster.name} answers: ${error.message}`, error.sqlstate)
          : error;
      }
    });
  }

  /** Ends what is kept. A later query connects again. */
  async close(): Promise<void> {
    await Promise.all(this.#topology.clusters.map((cluster) => this.#inTurn(cluster, () => this.#release(cluster))));
  }

  async #askAny(cluster: Cluster, question: Question): Promise<string[][]> {
    const databases = ['postgres', ...OTHERS].sort((a) => (a === this.#found.get(cluster) ? -1 : 0));
    let refused: unknown;
    for (const database of databases) {
      try {
        const rows = await (database === 'postgres'
          ? this.#askKept(cluster, question)
          : this.#askOnce(cluster, database, question));
        // Each refusal is a line in the learner's log.
        this.#found.set(cluster, database);
        return rows;
      } catch (error) {
        if (!(error instanceof ShutOut) || !['3D000', '55000'].includes(error.sqlstate ?? '')) throw error;
        refused ??= error;
      }
    }
    throw refused;
  }

  async #askThere(cluster: Cluster, database: string, question: Question): Promise<string[][]> {
    // To look first spares the learner's log a line for each attempt to connect.
    const text = `SELECT datallowconn FROM pg_database WHERE datname = ${literal(database)}`;
    const [[open] = []] = await this.#askAny(cluster, { ...question, text, writes: false });
    if (open === undefined)
      throw new NotYet(`there is no database ${database} in the cluster ${cluster.name}`, '3D000');
    if (open === 'f') throw closed(cluster, database);
    return this.#askOnce(cluster, database, question);
  }

  async #askOnce(cluster: Cluster, database: string, question: Question): Promise<string[][]> {
    const connection = await this.#connect(cluster, database, question.signal);
    try {
      return await connection.query(question.text, question);
    } finally {
      await connection.close();
    }
  }

  async #askKept(cluster: Cluster, question: Question): Promise<string[][]> {
    const kept = this.#kept.get(cluster);
    if (kept?.open) {
      try {
        return await kept.query(question.text, question);
      } catch (error) {
        // Still open: that is the answer. Lost: the cluster was restarted since, and a new session can tell.
        if (kept.open || question.signal.aborted || error instanceof AnswerTooLong) throw error;
      }
    }
    const fresh = await this.#connect(cluster, 'postgres', question.signal);
    this.#kept.set(cluster, fresh);
    setTimeout(() => this.#inTurn(cluster, () => this.#release(cluster, fresh)), KEEP).unref();
    return fresh.query(question.text, question);
  }

  /** A server that was ready may stop before it has answered: then the second attempt says so. */
  async #connect(cluster: Cluster, database: string, signal: AbortSignal, again = true): Promise<SqlConnection> {
    try {
      return await SqlConnection.to(this.#lab, cluster, database, signal);
    } catch (error) {
      if (signal.aborted || error instanceof NotYet || error instanceof ShutOut) throw error;
      if (error instanceof SqlError || error instanceof PasswordWanted) {
        throw refusal(error, cluster, database, this.#lab.major);
      }
      if (again) return this.#connect(cluster, database, signal, false);
      if (error instanceof UserError) {
        const [, why] = /socat.*: ([^:]+)$/.exec(error.message) ?? [];
        throw why ? noSocket(cluster, why) : error;
      }
      throw new Error(`The cluster ${cluster.name} runs, but does not answer.`, { cause: error });
    }
  }

  async #release(cluster: Cluster, connection = this.#kept.get(cluster)): Promise<void> {
    if (this.#kept.get(cluster) === connection) this.#kept.delete(cluster);
    if (connection?.open) await connection.close();
  }

  /** A session takes one query at a time. */
  #inTurn<T>(cluster: Cluster, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(cluster) ?? Promise.resolve()).then(work);
    this.#turns.set(
      cluster,
      turn.catch(() => {}),
    );
    return turn;
  }
}

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
