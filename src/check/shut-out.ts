import type { Cluster, Major } from '../model/topology.ts';
import { NotYet } from './outcome.ts';
import { PasswordWanted, type SqlError } from './sql-errors.ts';
import { isTheLearners } from './sqlstate.ts';

/** A server that runs and does not let checks in. The message says by what, and how to let them in again. */
export class ShutOut extends Error {
  override readonly name = 'ShutOut';
  readonly sqlstate: string | undefined;

  constructor(message: string, sqlstate?: string) {
    super(message);
    this.sqlstate = sqlstate;
  }
}

export const noSocket = ({ name }: Cluster, why = 'it is not where the server says it is'): ShutOut =>
  new ShutOut(
    `The cluster ${name} runs, but checks cannot reach it by its Unix socket: ${why}. ` +
      `Restart it, with unix_socket_directories as it was (/var/run/postgresql).`,
  );

export const closed = ({ name }: Cluster, database: string): ShutOut =>
  new ShutOut(
    `The database ${database} of the cluster ${name} lets nobody in. ` +
      `Open it again, from another database: ALTER DATABASE ${database} ALLOW_CONNECTIONS true;`,
    '55000',
  );

/** What it means that the server refused a session to `database`: a ShutOut, or a NotYet where it only comes or goes. */
export function refusal(error: SqlError | PasswordWanted, cluster: Cluster, database: string, major: Major): Error {
  const { name } = cluster;
  const rules = `pg_hba.conf of the cluster ${name} (by default /etc/postgresql/${major}/${name}/pg_hba.conf)`;
  const remedy = 'Let it in again: begin that file with the line `local all postgres peer`, and reload.';
  if (error instanceof PasswordWanted) {
    return new ShutOut(`${rules} asks the role postgres, as which checks come, for a password. ${remedy}`, '28P01');
  }
  const { message, sqlstate } = error;
  const outBy = (sentences: string) => new ShutOut(sentences, sqlstate);
  switch (sqlstate) {
    case '28000':
    case '28P01':
      if (message.endsWith('does not exist')) {
        return outBy(
          `The cluster ${name} has no role postgres any more, as which checks come. ` +
            `Give the role its name again: ALTER ROLE … RENAME TO postgres;`,
        );
      }
      if (message.endsWith('is not permitted to log in')) {
        return outBy(
          `The role postgres of the cluster ${name}, as which checks come, may not log in. ` +
            `Let it in again: ALTER ROLE postgres LOGIN;`,
        );
      }
      return outBy(`${rules} does not let in the role postgres, as which checks come: ${message}. ${remedy}`);
    case '42501':
      return outBy(
        `The role postgres of the cluster ${name}, as which checks come, may not do what it has to: ${message}. ` +
          `Let it again: ALTER ROLE postgres SUPERUSER;`,
      );
    case '53300':
      return outBy(
        `All connections that the cluster ${name} may have are taken: ${message}. ` +
          `End some sessions, or let max_connections be higher and restart it.`,
      );
    case '3D000':
      return outBy(
        `The cluster ${name} has no database ${database} any more. ` +
          `Make it again, from another database: CREATE DATABASE ${database};`,
      );
    case '55000':
      return closed(cluster, database);
  }
  if (isTheLearners(sqlstate)) return new NotYet(`${name} answers: ${message}`, sqlstate);
  return outBy(`The cluster ${name} runs, but lets no check in: ${message}.`);
}
