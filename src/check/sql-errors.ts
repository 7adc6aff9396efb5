const MEGABYTE = 1024 * 1024;
/** Bytes of an answer, as the server sends it: what comes after them is not read. */
export const LONGEST = 4 * MEGABYTE;

/** What a server answered in place of rows. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly sqlstate: string;

  constructor(message: string, sqlstate: string) {
    super(message);
    this.sqlstate = sqlstate;
  }
}

/** The server asks for a password, and checks have none. */
export class PasswordWanted extends Error {
  override readonly name = 'PasswordWanted';
}

/** An answer of which the rest was not read. `clause` says so, without a full stop. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong';
  readonly clause: string;

  constructor(cluster: string) {
    const clause = `the answer of ${cluster} is longer than ${LONGEST / MEGABYTE} MB and was cut there`;
    super(`It cannot be told: ${clause}.`);
    this.clause = clause;
  }
}
