import type { TerminalSpec } from '../model/topology.ts';
import { UserError } from '../util/user-error.ts';
import type { Pty, TerminalSize } from './pty.ts';
import { Terminal, type TerminalContext, type TypeOptions } from './terminal.ts';

/** Anything that can start a program on a pseudo-terminal; a Lab can. */
export interface PtySource {
  openTerminal(argv: string[], options: TerminalSize & { user: string; env?: Record<string, string> }): Promise<Pty>;
}

export interface OpenOptions {
  /** How it stood when it was last open. */
  context?: TerminalContext | undefined;
  signal?: AbortSignal | undefined;
  /** Milliseconds for the shell and the programs in it to come up. */
  timeout?: number;
  /** False: long output is printed to its end, and nothing waits for a key, as where keys cannot be pressed. */
  pager?: boolean;
}

/** Ways to start a shell. The later ones do without a file of the lab that may end it at once. */
const SHELLS: { argv: string[]; env?: Record<string, string> }[] = [
  { argv: ['bash', '-i'] },
  { argv: ['bash', '--rcfile', '/dev/null', '-i'] },
  { argv: ['bash', '--norc', '-i'], env: { PROMPT_COMMAND: '. /usr/local/lib/waldojo/bashrc' } },
];

/**
 * Opens a tab. There is always a bash, and a command such as `psql -d postgres` is typed into it: the learner sees how the tab
 * came about, and after `\q`, or when the server is down, is left with a shell to go on from instead of a dead tab. A shell
 * without a prompt that can be seen, and a command that does not come up, are left as they are: whoever types is told.
 */
export async function openTerminal(
  source: PtySource,
  spec: TerminalSpec,
  size: TerminalSize,
  { context, signal, timeout = 20_000, pager = true }: OpenOptions = {},
): Promise<Terminal> {
  const start = ({ argv, env }: (typeof SHELLS)[number], at: TerminalSize) =>
    source.openTerminal(argv, { ...at, user: spec.user, env: { ...environmentOf(spec, pager), ...env } });
  const [usual, ...others] = SHELLS as [(typeof SHELLS)[number], ...typeof SHELLS];
  /** Until a shell does not end before its prompt. */
  const begin = async (programs: string[], options: TypeOptions): Promise<void> => {
    for (const other of [...others, undefined]) {
      await orLeave(terminal.ready(options), options);
      if (!terminal.ended) break;
      if (!other) throw endsAtOnce();
      terminal.attach(await start(other, terminal.size));
    }
    for (const program of programs) if (terminal.prompt) await orLeave(terminal.type(program, options), options);
  };
  const again = async (options: TypeOptions): Promise<void> => {
    terminal.attach(await start(usual, terminal.size));
    await begin(programsOf(spec, undefined), { timeout, ...options });
  };
  const terminal: Terminal = new Terminal(await start(usual, size), size, again);
  try {
    await begin(programsOf(spec, context), { signal, timeout });
    return terminal;
  } catch (error) {
    terminal.close();
    throw error;
  }
}

/** What only keeps a tab from being as it should be is no reason not to open it. */
async function orLeave(work: Promise<unknown>, { signal }: TypeOptions): Promise<void> {
  await work.catch((error) => {
    if (signal?.aborted || !(error instanceof UserError)) throw error;
  });
}

const endsAtOnce = (): UserError =>
  new UserError('terminal-ended', 'The shell of the terminal ends as soon as it is started.', {
    hint: 'Is bash still whole in the lab, and the user still there?',
  });

/** A tab whose program (psql) has ended and left its bash gets the program started again. To be called before a block is typed. */
export async function ensureProgram(terminal: Terminal, spec: TerminalSpec, options?: TypeOptions): Promise<void> {
  const atFirstShell = terminal.prompt?.app === 'bash' && terminal.context().programs.length === 0;
  if (spec.command !== undefined && atFirstShell) await terminal.type(spec.command, options);
}

function environmentOf({ name, user }: TerminalSpec, pager: boolean): Record<string, string> {
  return {
    TERM: 'xterm-256color',
    LANG: 'en_US.UTF-8',
    PAGER: pager ? 'less' : 'cat',
    // As a variable that sudo keeps: a shell of another user takes its pager from it.
    ...(!pager && { WALDOJO_PAGER: 'cat' }),
    LESS: '-FX',
    SHELL: '/bin/bash',
    USER: user,
    LOGNAME: user,
    WALDOJO_TERMINAL: name,
  };
}

/** The commands to type, one inside the other; the last one connects to where the terminal was connected. */
function programsOf(spec: TerminalSpec, context: TerminalContext | undefined): string[] {
  if (!context) return spec.command === undefined ? [] : [spec.command];
  const { programs, database, port } = context;
  const last = programs.at(-1);
  if (last === undefined || database === undefined || port === undefined) return programs;
  return [...programs.slice(0, -1), connectedTo(last, database, port)];
}

/** `psql -d postgres` with another database and port. What is not plainly a psql command is left as it is. */
export function connectedTo(command: string, database: string, port: number): string {
  const [, psql, rest] = /^((?:sudo\s[^|;&]*\s)?psql)((?:\s+[^\s|;&<>"'$`]+)*)$/.exec(command.trim()) ?? [];
  if (psql === undefined || rest === undefined) return command;
  const kept: string[] = [];
  const words = rest.split(/\s+/).filter(Boolean);
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const value = TAKES_VALUE.test(word) ? [words.shift() ?? ''] : [];
    // What is not an option is the name of a database, or of a user after that.
    if (word.startsWith('-') && !/^(-d|-p|--dbname|--port)/.test(word)) kept.push(word, ...value);
  }
  const at = port === 5432 ? [] : ['-p', String(port)];
  return [psql, ...kept, '-d', quoted(database), ...at].join(' ');
}

const TAKES_VALUE = /^-[cdfFhLopPRTUv]$/;
const quoted = (word: string): string => (/^[\w.-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
