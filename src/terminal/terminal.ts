import { messageOf } from '../util/user-error.ts';
import type { CommandRecord } from './command.ts';
import { Emitter } from './emitter.ts';
import type { TerminalEvents } from './events.ts';
import type { Pty, TerminalSize } from './pty.ts';
import { Screen } from './screen.ts';
import { type Prompt, Shells } from './shells.ts';
import type { TabState } from './state.ts';
import { endedError, type Typeable, type TypeOptions, Typist } from './typist.ts';

export type { CommandRecord } from './command.ts';
export type { TerminalEvents } from './events.ts';
export type { Prompt } from './shells.ts';
export type { TabState } from './state.ts';
export type { TypeOptions } from './typist.ts';

const KEPT_COMMANDS = 500;
/** Characters of all their outputs together. */
const KEPT_OUTPUTS = 4_000_000;

/** What it takes, beyond what bash keeps itself, to open a terminal again as it was. Plain data. */
export interface TerminalContext {
  /** The commands that got from the first shell to the innermost, such as `sudo -iu postgres`, `psql`. */
  programs: string[];
  /** Where the innermost psql is connected. */
  database?: string | undefined;
  port?: number | undefined;
}

const ENDED = 'The shell has ended. Press Enter to open it again.';

/** A pseudo-terminal, its screen, and the commands typed into it. */
export class Terminal implements Typeable {
  readonly screen: Screen;
  #pty: Pty;
  #size: TerminalSize;
  /** How it comes up again after its shell has ended. */
  readonly #again: ((options: TypeOptions) => Promise<void>) | undefined;
  #opening: Promise<void> | undefined;
  #closed = false;
  /** A prompt has been seen since the shell was started. */
  #prompted = false;
  /** Something was typed since the prompt came. */
  #touched = false;
  readonly #shells: Shells;
  readonly #typist: Typist;
  readonly #events = new Emitter<TerminalEvents>();
  readonly #commands: CommandRecord[] = [];
  #kept = 0;
  #ended = false;

  /** `again` attaches another shell, and resolves when that is as it was at the start. Without it, a terminal ends for good. */
  constructor(pty: Pty, size: TerminalSize, again?: (options: TypeOptions) => Promise<void>) {
    this.#pty = pty;
    this.#size = size;
    this.#again = again;
    this.screen = new Screen(pty, size, () => this.#events.emit('change'));
    this.#shells = new Shells(this.screen, {
      prompt: (prompt) => {
        this.#prompted = true;
        this.#touched = false;
        this.#events.emit('prompt', prompt);
      },
      commandStart: (record) => {
        this.#commands.push(record);
        if (this.#commands.length > KEPT_COMMANDS) this.#forgetOldest();
        this.#events.emit('commandStart', record);
      },
      commandEnd: (record) => {
        if (record.status === 'cancelled') this.#commands.splice(this.#commands.indexOf(record), 1);
        else this.#kept += record.output.length;
        while (this.#kept > KEPT_OUTPUTS) this.#forgetOldest();
        this.#events.emit('commandEnd', record);
      },
    });
    this.#typist = new Typist(this);
    this.#awaitEnd(pty);
  }

  /** Another shell, in place of one that has ended. */
  attach(pty: Pty): void {
    this.#pty = pty;
    this.#ended = false;
    this.#prompted = false;
    this.screen.attach(pty);
    this.#awaitEnd(pty);
    pty.resize(this.screen.columns, this.screen.rows);
  }

  get size(): TerminalSize {
    return this.#size;
  }

  /** What is waiting for a line; null while a program runs, or before the first prompt. */
  get prompt(): Prompt | null {
    return this.#shells.prompt;
  }

  /**
   * The command of the innermost shell. At psql's prompt in bash that is none. At a continuation prompt of psql it is the
   * statement that is being completed; of bash there is none yet.
   */
  get running(): CommandRecord | null {
    return this.#shells.running;
  }

  /** What typing into it would reach. */
  get state(): TabState {
    if (this.#ended) return { at: 'ended' };
    const { waiting, running } = this.#shells;
    if (waiting) return waiting;
    if (!running) return { at: 'starting' };
    const { command, app } = running;
    return { at: this.screen.program ?? 'program', command, app };
  }

  /** The last 500, or fewer where they printed much; oldest first, those that run included. */
  get commands(): readonly CommandRecord[] {
    return this.#commands;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Returns what takes the listener away again. */
  on<Name extends keyof TerminalEvents>(name: Name, listener: (...args: TerminalEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  get halfTyped(): boolean {
    return this.#touched || this.#shells.halfTyped;
  }

  get eraser(): string {
    return this.#shells.eraser;
  }

  /**
   * What a person types, or a program in their place: bytes for the program that reads the keyboard. Where the shell has ended,
   * Enter opens it again, and nothing else is taken.
   */
  write(bytes: string | Uint8Array): void {
    if (this.#ended) {
      if (this.#again && Buffer.from(bytes as string).includes(13))
        this.reopen().catch((error) => this.screen.say(messageOf(error)));
      return;
    }
    this.#touched = true;
    this.screen.expectEcho();
    this.#pty.write(bytes);
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    this.screen.resize(size);
    if (!this.#ended) this.#pty.resize(this.screen.columns, this.screen.rows);
  }

  /**
   * Opens it again as at the start, where its shell has ended; does nothing where that lives. Rejects with a UserError
   * `terminal-ended` when it cannot be, or with why the lab gives no terminal.
   */
  async reopen(options: TypeOptions = {}): Promise<void> {
    if (!this.#ended && !this.#opening) return;
    if (!this.#again || this.#closed) throw endedError();
    this.#opening ??= this.#again(options).finally(() => {
      this.#opening = undefined;
    });
    await this.#opening;
  }

  /**
   * Types a block, line by line, each when there is a prompt for it, and resolves to the commands that it caused once a prompt
   * is back. An interactive program that gives marks, such as psql, brings a prompt too: its own command then still runs.
   * Throws a UserError `terminal-busy`, `terminal-ended`, `command-timeout` or `command-incomplete`.
   */
  async type(text: string, options?: TypeOptions): Promise<CommandRecord[]> {
    if (this.#ended) await this.reopen(options);
    return this.#typist.type(text, options);
  }

  /** The same for a block whose last command stays: resolves when that has begun. */
  async typeBackground(text: string, options?: TypeOptions): Promise<CommandRecord[]> {
    if (this.#ended) await this.reopen(options);
    return this.#typist.typeBackground(text, options);
  }

  /** Presses Ctrl-C until a primary prompt is back. Throws a UserError `terminal-busy` if nothing comes of it. */
  async interrupt(options?: TypeOptions): Promise<void> {
    if (this.#ended) return this.reopen(options);
    return this.#typist.interrupt(options);
  }

  /** Resolves when a prompt is there. Throws a UserError `terminal-busy`, `terminal-ended` or `command-timeout`. */
  ready(options?: TypeOptions): Promise<Prompt> {
    return this.#typist.ready(options);
  }

  context(): TerminalContext {
    const place = this.#shells.innermost?.place;
    const programs = this.#shells.nesting;
    if (!place || !('port' in place) || !place.database) return { programs };
    return { programs, database: place.database, port: place.port };
  }

  /** Ends the programs in it, its shell too, as where a window is closed. It can be opened again. */
  hangUp(): void {
    if (!this.#ended) this.#pty.kill();
  }

  /** Ends the programs in it. */
  close(): void {
    this.#closed = true;
    if (!this.#ended) this.#pty.kill();
  }

  #forgetOldest(): void {
    const oldest = this.#commands.shift();
    if (oldest && oldest.endedAt !== null) this.#kept -= oldest.output.length;
    if (!oldest) this.#kept = 0;
  }

  #awaitEnd(pty: Pty): void {
    pty.onExit(() => this.screen.afterParsing(() => pty === this.#pty && this.#end()));
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#shells.end();
    // One that has never come so far is opened in another way, or its error is told.
    if (this.#again && this.#prompted && !this.#closed) this.screen.say(ENDED);
    this.#events.emit('exit');
  }
}
