/**
 * How a psql command ended: `0`, a SQLSTATE, or `1` for a backslash command that failed.
 *
 * psql sets ERROR and SQLSTATE for statements only. After a backslash command they still tell of the statement before it,
 * so its output decides. Those that run statements of their own set them too, unless they fail before the first; `\copy`
 * does so in some versions and not in others, and is treated as if it never did. `\!` counts as done, whatever it ran.
 * psql 15 does not notice either when a COPY fails on the data that it was given: then it is `1` as well.
 */
export function psqlStatus(command: string, output: string, error: boolean, sqlstate: string): string {
  const statement = error ? sqlstate || '1' : '0';
  const backslash = /^\s*\\(\w*)/.exec(command)?.[1];
  if (backslash === undefined)
    return statement === '0' && /^\s*copy\b/i.test(command) && ERROR.test(output) ? '1' : statement;
  if (/^\s*\\!/.test(command) || !FAILURES.some((pattern) => pattern.test(output))) return '0';
  return RUNS_STATEMENTS.test(backslash) && ERROR.test(output) ? statement : '1';
}

/** Also with the file and line that `\i` puts before it. */
const ERROR = /^(psql:.*)?ERROR: /m;
const RUNS_STATEMENTS = /^(i|ir|include|include_relative|g|gx|gset|gexec|gdesc|watch|crosstabview)$/;

/** What psql 13 to 18 print when a backslash command fails; interactive, they leave out `error:`. */
const FAILURES = [
  /\b(error|ERROR|FATAL): /,
  /^invalid command \\/m,
  /^Did not find any/m,
  /^\\\w+: (missing required argument|.* not recognized|.* not found)/m,
  /: (No such file or directory|Permission denied|Is a directory|command not found)$/m,
  /^(unrecognized value|invalid value|No query buffer|no query buffer|There is no query|query buffer is empty)/m,
  /^You are currently not connected to a database/m,
];
