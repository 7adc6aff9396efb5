import { readPsqlLine } from './psql-line.ts';

/** psql's own variables after a command. They stay as they are where a command does not set them. */
export interface PsqlVariables {
  error: boolean;
  sqlstate: string;
  /** SHELL_ERROR, since psql 16: whether the last program that was run did not end well. */
  shellError?: boolean | undefined;
  /** The same before the command. */
  shellErrorBefore?: boolean | undefined;
}

/**
 * How what was typed up to a prompt ended: `0`, a SQLSTATE, or `1` where psql tells none.
 *
 * ERROR and SQLSTATE tell of the last statement only. Of those before it, and of backslash commands, psql tells nothing but
 * what it writes on the terminal; so that decides, unless all that was typed is a single statement, whose rows may look
 * like anything. psql 15 does not notice either when a COPY fails on the data that it was given.
 * A program that psql runs, as by `\!` or `\g |`, is judged by SHELL_ERROR; before psql 16 it counts as done.
 */
export function psqlStatus(typed: string, output: string, variables: PsqlVariables): string {
  const { error, sqlstate, shellError, shellErrorBefore } = variables;
  const { commands, statements } = readPsqlLine(typed);
  const sent = error ? sqlstate || '1' : '0';
  // After an earlier failure it tells only of what certainly runs a program.
  if (shellError && (!shellErrorBefore || commands.some(runsProgram))) return sent === '0' || !statements ? '1' : sent;
  if (commands.length === 0) {
    if (sent !== '0' || (statements < 2 && !/\bfrom\s+stdin\b/i.test(typed))) return sent;
    return SERVER.test(output) ? '1' : '0';
  }
  if (statements > 0 && sent !== '0') return sent;
  if (SERVER.test(output)) {
    // Those that run statements of their own set the variables too, `\copy` in some versions and not in others.
    if (commands.some(({ name }) => RUN_STATEMENTS.test(name))) return sent === '0' ? '1' : sent;
    if (statements > 0 || !commands.every(({ name }) => PRINT_ANYTHING.test(name))) return '1';
  }
  if (commands.every(({ name }) => PRINT_ANYTHING.test(name))) {
    return commands.some(runsProgram) && /^sh: \d+: .*: (not found|Permission denied)$/m.test(output) ? '1' : '0';
  }
  return FAILURES.some((pattern) => pattern.test(output)) ? '1' : '0';
}

const runsProgram = ({ name, rest }: { name: string; rest: string }): boolean =>
  name === '!' ||
  rest.includes('`') ||
  (/^(g|gx|w|write)$/.test(name) && /^\s*(\([^)]*\)\s*)?\|/.test(rest)) ||
  (name === 'copy' && /\bprogram\b/i.test(rest));

const RUN_STATEMENTS = /^(i|ir|include|include_relative|g|gx|gset|gexec|gdesc|watch|crosstabview)$/;
/** They cannot fail, and print what they are given. */
const PRINT_ANYTHING = /^(!|echo|qecho|warn|p|print|errverbose|copyright|\?)$/;

/** What comes from the server; also with the file and line that `\i` puts before it. */
const SERVER = /^(psql:.*: )?(ERROR|FATAL|PANIC): {2}/m;

/** What psql 13 to 18 write when a backslash command fails; interactive, they leave out `error:`. */
const FAILURES = [
  /\\\w+(: (?!extra argument )| (cannot|must|not|only takes|does not take) )/,
  /(invalid|unrecognized|improper|unterminated|unexpected|ambiguous|could not|cannot) /,
  /(Did not find any|No help available for|No database connection exists|All connection parameters) /,
  /(no rows|more than one row) returned for /,
  /(There is no query|[Qq]uery buffer is empty|[Nn]o query buffer|You are currently not connected)/,
  /(function|view) name is required$/,
  /(cross-database references are not|attempt to \\gset|skipping recursive|value ".*" is out of range)/,
  /(backslash commands are restricted|pclose failed|no data was returned by command)/,
  /The server \(version .*\) does not support /,
  /(connection to server|server closed the connection|Previous connection kept|COPY data transfer failed|error: )/,
  /".*" is not a view$/,
  /.*: (invalid encoding name|child process (exited|was terminated)|cannot copy from\/to a directory)/,
  /.*: (No such file or directory|Permission denied|(Is|Not) a directory|(command )?not found|Broken pipe|No space left on device|Read-only file system)$/,
].map(({ source }) => new RegExp(`^(psql:.*: )?${source}`, 'm'));
