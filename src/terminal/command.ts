import type { Anchor } from './anchors.ts';
import type { Screen } from './screen.ts';

/** A command that was typed into a terminal, by a person or by the program. */
export interface CommandRecord {
  /** Counts up within its terminal. */
  readonly id: number;
  readonly app: 'bash' | 'psql';
  /** As it was typed, the lines of a long one joined by line feeds. */
  readonly command: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Null while it runs. */
  readonly endedAt: number | null;
  /** What it printed; so far, while it runs. Of an interactive program, all that was seen while it ran. */
  readonly output: string;
  /** The beginning of the output was no longer in the scrollback, or the output is longer than is kept. */
  readonly truncated: boolean;
  /**
   * Null while it runs, and for ever if the terminal ended under it. bash: the exit status. psql: `0`, a SQLSTATE, or `1` for a
   * failed backslash command (`psqlStatus`). `cancelled`: thrown away with Ctrl-C before psql had the whole of it.
   */
  readonly status: string | null;
}

/** Characters of output kept of one command: its end. */
const KEPT_OUTPUT = 100_000;

/** A record in the making. Its output comes in pieces, because psql may ask for more input between them. */
export class Command implements CommandRecord {
  readonly id: number;
  readonly app: CommandRecord['app'];
  readonly startedAt = Date.now();
  command: string;
  endedAt: number | null = null;
  truncated = false;
  status: string | null = null;
  readonly #screen: Screen;
  #finished = '';
  #piece: { from: Anchor; below: boolean } | null = null;

  constructor(id: number, app: CommandRecord['app'], command: string, screen: Screen) {
    this.id = id;
    this.app = app;
    this.command = command;
    this.#screen = screen;
  }

  get output(): string {
    const piece = this.#piece && this.#screen.textSince(this.#piece.from, this.#piece.below).text;
    return [this.#finished, piece].filter(Boolean).join('\n');
  }

  /** From here on, or from the row below it on, what appears is this command's. */
  openOutput(from: Anchor, below = false): void {
    this.closeOutput();
    this.#piece = { from, below };
  }

  closeOutput(): void {
    if (!this.#piece) return;
    const { text, complete } = this.#screen.textSince(this.#piece.from, this.#piece.below);
    const output = [this.#finished, text].filter(Boolean).join('\n');
    this.truncated ||= !complete || output.length > KEPT_OUTPUT;
    this.#finished = output.slice(-KEPT_OUTPUT);
    this.#piece.from.marker.dispose();
    this.#piece = null;
  }

  end(status: string | null): void {
    this.closeOutput();
    this.status = status;
    this.endedAt = Date.now();
  }
}
