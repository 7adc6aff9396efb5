import type { Lab } from '../lab/lab.ts';
import type { Cluster, Topology } from '../model/topology.ts';
import { NotYet } from './outcome.ts';
import { ClusterDown, serverState } from './server-state.ts';
import { connectSql, type SqlConnection, SqlError } from './sql-connection.ts';
import { isTheLearners } from './sqlstate.ts';

interface QueryOptions {
  /** `postgres` by default. */
  database?: string;
  /** In place of a read-only transaction, one that is only rolled back. */
  writes?: boolean;
  signal?: AbortSignal | undefined;
}

/** A shutdown in mode "smart" waits for the sessions that there are, so none is kept for longer than this. */
const KEEP = 3000;

/**
 * SQL for a lab's clusters: one kept connection each, and that to the database `postgres`. One kept to another database would
 * make the learner's DROP DATABASE fail, and to template1 their CREATE DATABASE.
 */
export class SqlPool {
  readonly #lab: Lab;
  readonly #topology: Topology;
  readonly #kept = new Map<Cluster, SqlConnection>();
  readonly #turns = new Map<Cluster, Promise<unknown>>();

  constructor(lab: Lab, topology: Topology) {
    this.#lab = lab;
    this.#topology = topology;
  }

  /**
   * Rows as psql -At prints their values (NULL is ''), read in a transaction that changes nothing. Throws a NotYet for what the
   * learner's world answers for (a stopped cluster, a missing table), a SqlError or other error for the rest.
   */
  async query(clusterName: string, text: string, options: QueryOptions = {}): Promise<string[][]> {
    const cluster = this.#topology.clusters.find(({ name }) => name === clusterName);
    if (!cluster) throw new Error(`There is no cluster ${clusterName} in this lab.`);
    return this.#inTurn(cluster, async () => {
      options.signal?.throwIfAborted();
      try {
        return await this.#ask(cluster, text, options);
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

  async #ask(cluster: Cluster, text: string, { database = 'postgres', writes = false, signal }: QueryOptions) {
    const how = { writes, signal };
    if (database === 'postgres') return this.#askKept(cluster, text, how);
    // Asking first spares the learner's log a line for each attempt to connect.
    const name = literal(database);
    const found = await this.#askKept(cluster, `SELECT FROM pg_database WHERE datname = ${name}`, {
      writes: false,
      signal,
    });
    if (found.length === 0)
      throw new NotYet(`there is no database ${database} in the cluster ${cluster.name}`, '3D000');
    const connection = await this.#connect(cluster, database, signal);
    try {
      return await connection.query(text, how);
    } finally {
      await connection.close();
    }
  }

  async #askKept(cluster: Cluster, text: string, how: { writes: boolean; signal: AbortSignal | undefined }) {
    const kept = this.#kept.get(cluster);
    if (kept?.open) {
      try {
        return await kept.query(text, how);
      } catch (error) {
        // Still open: that is the answer. Lost: the cluster was restarted since, and a new session can tell.
        if (kept.open || how.signal?.aborted) throw error;
      }
    }
    const fresh = await this.#connect(cluster, 'postgres', how.signal);
    this.#kept.set(cluster, fresh);
    setTimeout(() => {
      void this.#inTurn(cluster, async () => {
        if (this.#kept.get(cluster) === fresh) await this.#release(cluster);
      });
    }, KEEP).unref();
    return fresh.query(text, how);
  }

  async #release(cluster: Cluster) {
    const kept = this.#kept.get(cluster);
    this.#kept.delete(cluster);
    if (kept?.open) await kept.close();
  }

  /** Where nothing answers, the server's files say why. */
  async #connect(
    cluster: Cluster,
    database: string,
    signal: AbortSignal | undefined,
    again = true,
  ): Promise<SqlConnection> {
    this.#lab.gone.throwIfAborted();
    try {
      return await connectSql(this.#lab, cluster.port, database, signal);
    } catch (error) {
      signal?.throwIfAborted();
      this.#lab.gone.throwIfAborted();
      if (error instanceof SqlError && !error.sqlstate.startsWith('57P')) throw error;
      const server = await serverState({ lab: this.#lab, signal: signal ?? this.#lab.gone }, cluster);
      if (server.status !== 'ready') throw new ClusterDown(cluster.name, server);
      // It may have become ready between the two.
      if (again) return this.#connect(cluster, database, signal, false);
      throw new Error(`The cluster ${cluster.name} runs, but does not answer.`, { cause: error });
    }
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
