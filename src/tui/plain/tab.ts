import { pasted } from '../../terminal/keys.ts';
import type { CommandRecord, Terminal } from '../../terminal/terminal.ts';

/** Milliseconds without anything new after which a program may be waiting for what is typed. */
const QUIET = 700;
/** The same, after which what a program has printed so far is told. */
const PAUSE = 300;

/** A terminal that is read line by line: what its commands print is told when they end, and meanwhile when they pause. */
export class PlainTab {
  readonly #terminal: Terminal;
  readonly #tell: (text: string) => void;
  /** What is being followed, and how much of its output was told. */
  #following: { record: CommandRecord; told: string } | null = null;
  #changed = performance.now();
  #pause: NodeJS.Timeout | undefined;
  readonly #undo: (() => void)[];

  constructor(terminal: Terminal, tell: (text: string) => void) {
    this.#terminal = terminal;
    this.#tell = tell;
    this.#undo = [
      terminal.on('commandStart', (record) => {
        this.#tellRest();
        this.#following = { record, told: '' };
      }),
      terminal.on('commandEnd', (record) => {
        if (this.#following?.record !== record) return;
        this.#tellRest();
        this.#following = null;
      }),
      // A program that brings a prompt of its own, such as psql: what comes now is its commands'.
      terminal.on('prompt', (prompt) => {
        this.#tellRest();
        if (!prompt.continuation) this.#following = null;
      }),
      terminal.on('change', () => this.#hasChanged()),
    ];
  }

  get terminal(): Terminal {
    return this.#terminal;
  }

  /** Something runs there, and gives no prompt. */
  get busy(): boolean {
    const { at } = this.#terminal.state;
    return at !== 'bash' && at !== 'psql' && at !== 'ended';
  }

  /** What is typed there goes to a program, or is data for one, which Ctrl-D ends. */
  get takesEnd(): boolean {
    const { state } = this.#terminal;
    return this.busy || (state.at === 'psql' && state.waits === 'data');
  }

  /** Types a line to whatever reads there, and resolves when a prompt is back, or the program may wait for more. */
  async enter(line: string): Promise<void> {
    await this.calm();
    // A tab would be taken for the wish to complete a word.
    const paste = line.includes('\t') && this.#terminal.screen.modes.bracketedPaste;
    // A pager takes keys: an Enter after one of them would be for what comes after it.
    const end = this.#terminal.state.at === 'pager' && line ? '' : '\r';
    await this.press((paste ? pasted(line) : line) + end);
  }

  /** The same for keys as they are, at once. */
  async press(keys: string): Promise<void> {
    let prompts = 0;
    const off = this.#terminal.on('prompt', () => prompts++);
    try {
      this.#changed = performance.now();
      this.#terminal.write(keys);
      await this.#until(() => prompts > 0 || this.#isQuiet());
    } finally {
      off();
    }
    this.#tellRest();
  }

  /** Resolves when a prompt is there, or what runs may be waiting for a line. */
  calm(): Promise<void> {
    return this.#until(() => !this.busy || this.#isQuiet());
  }

  /** Resolves when it is open, with `program` in it where that belongs to it, or `within` milliseconds are over. */
  opened(program: string | undefined, within: number): Promise<void> {
    const end = performance.now() + within;
    const opening = () => {
      const { state } = this.#terminal;
      return state.at === 'starting' || (program !== undefined && 'command' in state && state.command === program);
    };
    return this.#until(() => !opening() || performance.now() >= end);
  }

  /** Resolves when a prompt is there, or `within` milliseconds are over. */
  idle(within: number): Promise<void> {
    const end = performance.now() + within;
    return this.#until(() => !this.busy || performance.now() >= end);
  }

  close(): void {
    clearTimeout(this.#pause);
    for (const undo of this.#undo) undo();
  }

  #isQuiet(): boolean {
    return performance.now() - this.#changed >= QUIET;
  }

  #hasChanged(): void {
    this.#changed = performance.now();
    clearTimeout(this.#pause);
    if (this.#following) this.#pause = setTimeout(() => this.#tellRest(), PAUSE);
  }

  #tellRest(): void {
    clearTimeout(this.#pause);
    const following = this.#following;
    if (!following) return;
    const { output } = following.record;
    const told = output.startsWith(following.told) ? following.told.length : 0;
    const rest = output.slice(told).replace(/^\n/, '');
    following.told = output;
    if (rest.trim()) this.#tell(rest.trimEnd());
  }

  /** Waits until something is so that time or the terminal makes so. */
  #until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition() && !this.#terminal.ended) return;
        clearInterval(timer);
        for (const off of offs) off();
        resolve();
      };
      const timer = setInterval(look, 50);
      const offs = (['prompt', 'commandEnd', 'exit'] as const).map((event) => this.#terminal.on(event, look));
      look();
    });
  }
}
