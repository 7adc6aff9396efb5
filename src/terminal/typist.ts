import { UserError } from '../util/user-error.ts';
import type { CommandRecord } from './command.ts';
import type { TerminalEvents } from './events.ts';
import { pasted } from './keys.ts';
import type { Screen } from './screen.ts';
import type { Prompt } from './shells.ts';
import type { TabState } from './state.ts';

export interface TypeOptions {
  signal?: AbortSignal | undefined;
  /** Milliseconds for all of it. */
  timeout?: number | undefined;
}

const DEFAULT_TIMEOUT = 30_000;
const INTERRUPT_TIMEOUT = 10_000;
/** How long one Ctrl-C may take before it is pressed again: a program may have to clean up. */
const INTERRUPT_AGAIN = 1_000;
/** readline loses one that comes while it draws. */
const INTERRUPT_PROMPT_AGAIN = 150;

const ENTER = '\r';
const CTRL_C = '\x03';
/** To the end of the line, then all of it away. */
const ERASE = '\x05\x15';
/** How long a prompt may take that is not there when a block is to be typed: nothing runs, so it is overdue. */
const OVERDUE = 10_000;
/** How long an unseen prompt of psql is waited for before its marks are set again. */
const UNMARKED = 1_000;
const MARKS_OF_PSQL = '/etc/postgresql-common/psqlrc';
const MARKS_OF_BASH = '/usr/local/lib/waldojo/bashrc';

/** What typing needs of a terminal. */
export interface Typeable {
  readonly screen: Screen;
  readonly prompt: Prompt | null;
  readonly running: CommandRecord | null;
  readonly ended: boolean;
  readonly state: TabState;
  /** Something stands in the line at the prompt. */
  readonly halfTyped: boolean;
  /** The keys that throw that away, in bash. */
  readonly eraser: string;
  on<Name extends keyof TerminalEvents>(name: Name, listener: (...args: TerminalEvents[Name]) => void): () => void;
  write(bytes: string): void;
}

/** Types into a terminal as a person would, who waits for each prompt. */
export class Typist {
  readonly #terminal: Typeable;
  #typing = false;
  #prompts = 0;
  #started = 0;

  constructor(terminal: Typeable) {
    this.#terminal = terminal;
    terminal.on('prompt', () => this.#prompts++);
    terminal.on('commandStart', () => this.#started++);
  }

  type(text: string, options: TypeOptions = {}): Promise<CommandRecord[]> {
    return this.#typeBlock(text, options, 'until-prompt');
  }

  typeBackground(text: string, options: TypeOptions = {}): Promise<CommandRecord[]> {
    return this.#typeBlock(text, options, 'until-started');
  }

  async ready(options: TypeOptions = {}): Promise<Prompt> {
    const { timeout = DEFAULT_TIMEOUT, signal } = options;
    await this.#until(() => this.#terminal.prompt !== null || this.#busy(), {
      signal,
      timeout,
      late: () => new UserError('command-timeout', `No prompt came within ${seconds(timeout)}.`, { hint: LATE_HINT }),
    });
    if (!this.#terminal.prompt) throw takenError(this.#terminal.state);
    return this.#terminal.prompt;
  }

  async interrupt({ signal, timeout = INTERRUPT_TIMEOUT }: TypeOptions = {}): Promise<void> {
    const terminal = this.#terminal;
    const running = terminal.running?.command;
    const seen = this.#prompts;
    const deadline = performance.now() + timeout;
    const isBack = () => this.#prompts > seen && terminal.prompt?.continuation === false;
    for (let left = timeout; left > 0; left = deadline - performance.now()) {
      // A pager takes Ctrl-C for the end of a search.
      terminal.write(terminal.screen.program === 'pager' ? 'q' : CTRL_C);
      const patience = terminal.prompt ? INTERRUPT_PROMPT_AGAIN : INTERRUPT_AGAIN;
      if (await this.#came(isBack, signal, Math.min(left, patience))) return;
    }
    throw busyError(running ?? 'a program', `Ctrl-C did not end it within ${seconds(timeout)}.`);
  }

  async #typeBlock(
    text: string,
    options: TypeOptions,
    how: 'until-prompt' | 'until-started',
  ): Promise<CommandRecord[]> {
    if (this.#typing) throw busyError('another block', 'It is still being typed.', 'Wait for its end.');
    this.#typing = true;
    const { signal, timeout = DEFAULT_TIMEOUT } = options;
    const deadline = performance.now() + timeout;
    const caused: CommandRecord[] = [];
    const off = this.#terminal.on('commandStart', (record) => caused.push(record));
    try {
      await this.#cleanPrompt(options);
      const lines = text.replace(/\n+$/, '').split('\n');
      for (const [index, line] of lines.entries()) {
        const left = deadline - performance.now();
        const last = index === lines.length - 1;
        await this.#typeLine(line, { signal, timeout: left, started: last && how === 'until-started' }, timeout);
      }
    } finally {
      off();
      this.#typing = false;
    }
    if (this.#terminal.prompt?.continuation) {
      throw new UserError('command-incomplete', 'The command is not complete: its program asks for the rest of it.', {
        hint: 'A quote, a heredoc, or the semicolon of an SQL statement may be missing.',
      });
    }
    return caused;
  }

  /** What somebody has half typed must not mix with a block. */
  async #cleanPrompt({ signal, timeout = DEFAULT_TIMEOUT }: TypeOptions): Promise<void> {
    if (this.#isUnmarkedPsql()) await this.#markPsql(signal);
    const prompt = await this.ready({ signal, timeout: Math.min(timeout, OVERDUE) });
    if (prompt.app === 'bash' && !prompt.continuation) this.#terminal.write(this.#terminal.eraser);
    else if (prompt.continuation || this.#terminal.halfTyped) await this.interrupt({ signal });
  }

  async #typeLine(
    line: string,
    { signal, timeout = DEFAULT_TIMEOUT, started }: TypeOptions & { started: boolean },
    total: number,
  ): Promise<void> {
    const terminal = this.#terminal;
    const before = { prompts: this.#prompts, started: this.#started };
    // A tab would be taken for the wish to complete a word.
    const paste = line.includes('\t') && terminal.screen.modes.bracketedPaste;
    terminal.write((paste ? pasted(line) : line) + ENTER);
    const done = () =>
      (this.#prompts > before.prompts && terminal.prompt !== null) || (started && this.#started > before.started);
    const deadline = performance.now() + timeout;
    let marked = false;
    for (let left = timeout; left > 0; left = deadline - performance.now()) {
      if (await this.#came(done, signal, marked ? left : Math.min(left, UNMARKED))) return;
      if (!marked && this.#isUnmarkedPsql()) {
        marked = true;
        await this.#markPsql(signal);
      }
    }
    if (terminal.state.at === 'line-editor') throw takenError(terminal.state);
    throw new UserError('command-timeout', `\`${line.trim()}\` did not end within ${seconds(total)}.`, {
      hint: LATE_HINT,
    });
  }

  /** psql waits for a line, and its prompt is one that somebody has set. */
  #isUnmarkedPsql(): boolean {
    const { state } = this.#terminal;
    if (state.at !== 'line-editor') return false;
    return state.app === 'psql' ? !/^\s*\\!/.test(state.command) : /^(sudo\s[^|;&]*\s)?psql\b/.test(state.command);
  }

  /** Puts the marks around the prompts as they are now. */
  async #markPsql(signal: AbortSignal | undefined): Promise<void> {
    const seen = this.#prompts;
    const isBack = () => this.#prompts > seen || !this.#isUnmarkedPsql();
    if (await this.#came(isBack, signal, INTERRUPT_PROMPT_AGAIN)) return;
    this.#terminal.write(`${ERASE}\\i ${MARKS_OF_PSQL}${ENTER}`);
    await this.#came(isBack, signal, OVERDUE);
  }

  /** A program holds the terminal, and gives no prompt. */
  #busy(): boolean {
    return this.#terminal.prompt === null && this.#terminal.running !== null;
  }

  async #came(condition: () => boolean, signal: AbortSignal | undefined, timeout: number): Promise<boolean> {
    const late = new Error('late');
    try {
      await this.#until(condition, { signal, timeout, late: () => late });
      return true;
    } catch (error) {
      if (error === late) return false;
      throw error;
    }
  }

  /** Waits for a condition that only what comes from the terminal can make true. */
  #until(
    condition: () => boolean,
    { signal, timeout, late }: { signal: AbortSignal | undefined; timeout: number; late: () => Error },
  ): Promise<void> {
    const terminal = this.#terminal;
    return new Promise((resolve, reject) => {
      const undo: (() => void)[] = [];
      const settle = (settled: () => void) => {
        for (const each of undo) each();
        settled();
      };
      const look = () => {
        if (signal?.aborted) settle(() => reject(signal.reason));
        else if (condition()) settle(resolve);
        else if (terminal.ended) settle(() => reject(endedError()));
      };
      const timer = setTimeout(() => settle(() => reject(late())), Math.max(0, timeout));
      undo.push(() => clearTimeout(timer));
      for (const event of ['prompt', 'commandStart', 'commandEnd', 'exit'] as const)
        undo.push(terminal.on(event, look));
      signal?.addEventListener('abort', look);
      undo.push(() => signal?.removeEventListener('abort', look));
      look();
    });
  }
}

const LATE_HINT = 'Look at the terminal: the program may be waiting for an answer. Ctrl-C ends it, q ends a pager.';
const seconds = (milliseconds: number): string => `${Math.round(milliseconds / 100) / 10} s`;

const busyError = (command: string, why: string, hint = 'End it first: Ctrl-C, or q in a pager.'): UserError =>
  new UserError('terminal-busy', `The terminal is taken by \`${command.split('\n')[0]}\`. ${why}`, { hint });

/** No prompt is there: why, and how to come back to one. */
function takenError(state: TabState): UserError {
  const command = 'command' in state ? state.command : 'a program';
  switch (state.at) {
    case 'pager':
      return busyError(command, 'Its output waits in a pager.', 'q leaves the pager.');
    case 'full-screen':
      return busyError(command, 'It has the whole screen.', 'Leave it first, as q does in many, and :q! in vi.');
    case 'line-editor':
      return busyError(
        command,
        'It waits for a line, and its prompt is not one that can be told from its output.',
        PROMPT_HINT,
      );
    default:
      return SHELL.test(command)
        ? busyError(command, 'It is a shell whose prompt cannot be seen.', 'Leave it with exit.')
        : busyError(command, 'It has not come back to a prompt.');
  }
}

/** A command that starts a shell which gives no marks. */
const SHELL = /^(exec\s+)?(sudo\s(.*\s)?)?(\S*\/)?(sh|dash|bash|zsh|su)(\s|$)/;
const PROMPT_HINT = `Leave it with exit or Ctrl-D. Or let its prompt be seen: in bash \`. ${MARKS_OF_BASH}\`, in psql \`\\i ${MARKS_OF_PSQL}\``;

export const endedError = (): UserError =>
  new UserError('terminal-ended', 'The shell of the terminal has ended.', { hint: 'Enter in it opens it again.' });
