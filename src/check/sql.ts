import type { SqlAssertion } from '../model/check.ts';
import { pattern } from '../util/pattern.ts';
import type { CheckContext } from './context.ts';
import { differs, HOLDS, NotYet, notYet, type Outcome, unseen } from './outcome.ts';
import { ShutOut } from './shut-out.ts';
import { AnswerTooLong, SqlError } from './sql-errors.ts';

/**
 * Values are compared as psql -At prints them: `t` and `f`, numbers as text, NULL as nothing, columns joined by `|`, rows by
 * line ends. A query that is to fail runs in a transaction that may write, else every one of them would end in 25006; it is
 * rolled back whatever comes.
 */
export async function sql({ query, cluster, database, expect }: SqlAssertion, context: CheckContext): Promise<Outcome> {
  const ask = () =>
    context.sql.query(cluster, query, { database, writes: expect.type === 'error', signal: context.signal });
  if (expect.type === 'error') return failsWith(expect.sqlstate, ask);

  const expected = wording(expect);
  try {
    const rows = await ask();
    const text = rows.map((row) => row.join('|')).join('\n');
    return accepts(expect, rows, text) ? HOLDS : differs(expected, shown(rows, text));
  } catch (error) {
    // What is compared with a value of the document differs in what has come already; a pattern may match in the rest.
    if (error instanceof AnswerTooLong && expect.type !== 'matches') return unseen(expected, error.clause);
    return notYet(error, expected);
  }
}

async function failsWith(sqlstate: string, ask: () => Promise<string[][]>): Promise<Outcome> {
  const expected = `the error ${sqlstate}`;
  try {
    await ask();
    return differs(expected, 'no error');
  } catch (error) {
    const said = error instanceof SqlError || error instanceof NotYet || error instanceof ShutOut;
    if (said && error.sqlstate === sqlstate) return HOLDS;
    return notYet(error, expected);
  }
}

type Answer = Exclude<SqlAssertion['expect'], { type: 'error' }>;

function accepts(expect: Answer, rows: string[][], text: string): boolean {
  switch (expect.type) {
    case 'equals':
      // A block of several lines ends with a line end in YAML.
      return rows.length > 0 && text === expect.value.replace(/\n$/, '');
    case 'rows':
      return rows.length === expect.rows.length && JSON.stringify(rows) === JSON.stringify(expect.rows);
    case 'matches':
      return pattern(expect.pattern).test(text);
    case 'at-least': {
      if (rows.length !== 1 || text.trim() === '') return false;
      const value = Number(text);
      if (Number.isNaN(value))
        throw new Error(`at-least needs a query that returns one number, not ${JSON.stringify(text)}.`);
      return value >= expect.value;
    }
  }
}

function wording(expect: Answer): string {
  switch (expect.type) {
    case 'equals':
      return expect.value === '' ? 'an empty value' : expect.value;
    case 'rows':
      return shown(expect.rows, expect.rows.map((row) => row.join('|')).join('\n'));
    case 'matches':
      return `something that matches /${expect.pattern}/`;
    case 'at-least':
      return `at least ${expect.value}`;
  }
}

function shown(rows: string[][], text: string): string {
  if (rows.length === 0) return 'no rows';
  return text === '' ? 'an empty value' : text;
}
