import type { Anchor } from './anchors.ts';
import { Command, type CommandRecord } from './command.ts';
import { type Mark, parseMark } from './marks.ts';
import { psqlStatus } from './psql-status.ts';
import type { Screen } from './screen.ts';
import type { TabState } from './state.ts';

export type Prompt =
  | { app: 'bash'; continuation: boolean; cwd: string }
  | { app: 'psql'; continuation: boolean; database: string; port: number };

/** Bound by `lab-images/postgres/files/bashrc`, in every editing mode. */
const ERASE_LINE = '\x1b[7913~';
/** To the end of the line, then all of it away. */
const ERASE_LINE_OF_OLD = '\x05\x15';

/** One bash or psql; another may have been started inside it. */
interface Shell {
  readonly id: string;
  readonly app: 'bash' | 'psql';
  place: { cwd: string } | { database: string; port: number; line: string };
  command: Command | null;
}

interface Listeners {
  prompt(prompt: Prompt): void;
  commandStart(record: CommandRecord): void;
  commandEnd(record: CommandRecord): void;
}

/**
 * Reads the marks that bash and psql put between their output, and so knows where each command began, ended, and how,
 * whoever typed it. What it emits, in their order:
 *
 *     bash   D status   A  B  <typed> Enter  ?2004l  C command  <output>  D status …
 *     psql   D error    A  B  <typed> Enter  ?2004l             <output>  D error …
 *
 * An unfinished command gets further prompts (A more, B) in between. readline draws a prompt again as it likes, and psql's
 * holds D, so that a mark seen while a line is being typed tells nothing new.
 */
export class Shells {
  /** Outermost first. */
  readonly #shells: Shell[] = [];
  readonly #screen: Screen;
  readonly #listeners: Listeners;
  #prompt: Prompt | null = null;
  /** Where the typed text begins, while a line editor reads it. */
  #input: Anchor | null = null;
  #next: Omit<Mark & { kind: 'prompt' }, 'kind'> = { prompt: 'primary', line: '' };
  /** Lines that bash has accepted; it may refuse them without a C. */
  #accepted: { text: string; output: Anchor } | null = null;
  #lastId = 0;

  constructor(screen: Screen, listeners: Listeners) {
    this.#screen = screen;
    this.#listeners = listeners;
    screen.onMark((data) => {
      const mark = parseMark(data);
      if (mark) this.#handle(mark);
    });
    screen.onLineEditorEnd(() => this.#editorEnded());
  }

  /** What is waiting for a line; null while a program runs, or before the first prompt. */
  get prompt(): Prompt | null {
    return this.#prompt;
  }

  /** The command of the innermost shell. */
  get running(): CommandRecord | null {
    return this.#shells.at(-1)?.command ?? null;
  }

  /** What is waiting for a line, and for what; undefined while nothing is. */
  get waiting(): (TabState & { at: 'bash' | 'psql' }) | undefined {
    const shell = this.#shells.at(-1);
    if (!this.#prompt || !shell) return undefined;
    const { prompt, line } = this.#next;
    const more = prompt === 'primary' ? 'command' : 'more';
    if ('cwd' in shell.place) {
      const typed = prompt === 'primary' ? '' : (this.#accepted?.text ?? '');
      return { at: 'bash', waits: more, typed, cwd: shell.place.cwd };
    }
    const { database, port } = shell.place;
    return {
      at: 'psql',
      waits: prompt === 'copy' ? 'data' : more,
      typed: shell.command?.command ?? '',
      open: (/^['"$(*]$/.test(line) ? line : '') as '' | '(',
      connected: shell.place.line !== '!',
      database,
      port,
    };
  }

  /** Something stands in the line that is being edited, as far as can be seen. */
  get halfTyped(): boolean {
    return this.#input !== null && !this.#screen.isUntouched(this.#input);
  }

  /** What throws away a half-typed line of bash: a key of our own, in labs whose bash knows it. */
  get eraser(): string {
    return this.#next.bash ? ERASE_LINE : ERASE_LINE_OF_OLD;
  }

  get innermost(): Pick<Shell, 'app' | 'place'> | undefined {
    return this.#shells.at(-1);
  }

  /** The commands that shells were started with inside one another, outermost first, such as `sudo -iu postgres`, `psql`. */
  get nesting(): string[] {
    return this.#shells.slice(0, -1).map((shell) => shell.command?.command ?? '');
  }

  /** The terminal is gone: nothing runs in it any more. */
  end(): void {
    this.#leavePrompt();
    this.#accept(null);
    for (const shell of this.#shells.splice(0).reverse()) this.#finish(shell, null);
  }

  #handle(mark: Mark): void {
    switch (mark.kind) {
      case 'end':
        this.#ended(mark);
        break;
      case 'prompt':
        this.#next = mark;
        if (mark.bash) this.#endedAfterAll(mark.bash);
        if (mark.prompt !== 'primary') this.#shells.at(-1)?.command?.closeOutput();
        break;
      case 'input':
        this.#prompted();
        break;
      case 'output': {
        const shell = this.#enter(mark.shell, 'bash', null);
        // Where there is no history, the line is read from the screen.
        const command = mark.command || (this.#accepted?.text ?? '');
        this.#leavePrompt();
        this.#accept(null);
        this.#start(shell, command, this.#screen.anchor());
      }
    }
  }

  #ended(mark: Mark & { kind: 'end' }): void {
    const place =
      mark.app === 'bash' ? { cwd: mark.cwd } : { database: mark.database, port: mark.port, line: mark.line };
    const shell = this.#enter(mark.shell, mark.app, mark.app === 'bash' ? mark.status : '0');
    shell.place = place;
    if (mark.app === 'bash') {
      this.#leavePrompt();
      if (!shell.command) this.#refused(shell, mark.status);
      this.#finish(shell, mark.status);
    } else if (shell.command) {
      // A line of COPY data is read without readline, so nothing has told yet that the prompt is over.
      this.#leavePrompt();
      const { command, output } = shell.command;
      this.#finish(shell, psqlStatus(command, output, mark.error, mark.sqlstate));
    }
  }

  /** bash has come to its prompt, and its D was lost: somebody has set another PROMPT_COMMAND. */
  #endedAfterAll({ shell: id, status }: { shell: string; status: string }): void {
    const shell = this.#shells.find((known) => known.id === id);
    if (!shell || !('cwd' in shell.place)) return;
    if (shell !== this.#shells.at(-1) || shell.command || this.#accepted)
      this.#ended({ kind: 'end', app: 'bash', shell: id, status, cwd: shell.place.cwd });
  }

  /** A syntax error: bash said so and never ran the line. An empty one, a comment or Ctrl-C leave nothing behind. */
  #refused(shell: Shell, status: string): void {
    const accepted = this.#accepted;
    if (accepted?.text.trim() && this.#screen.textSince(accepted.output).text) {
      this.#start(shell, accepted.text, accepted.output);
      this.#finish(shell, status === '0' ? '1' : status);
    }
    this.#accept(null);
  }

  #accept(accepted: { text: string; output: Anchor } | null): void {
    this.#accepted?.output.marker.dispose();
    this.#accepted = accepted;
  }

  /** The shell that a mark names: known, and then those inside it have ended, or started inside the others just now. */
  #enter(id: string, app: Shell['app'], status: string | null): Shell {
    const known = this.#shells.findIndex((shell) => shell.id === id);
    if (known >= 0) {
      for (const inner of this.#shells.splice(known + 1).reverse()) {
        this.#leavePrompt();
        this.#finish(inner, status);
      }
      return this.#shells[known]!;
    }
    this.#leavePrompt();
    const shell: Shell = {
      id,
      app,
      place: app === 'bash' ? { cwd: '' } : { database: '', port: 0, line: '' },
      command: null,
    };
    this.#shells.push(shell);
    return shell;
  }

  #prompted(): void {
    const shell = this.#shells.at(-1);
    // A bash without our marks may have taken the prompt of the one around it.
    if (!shell || this.#next.bash?.shell === '') return;
    const redrawn = this.#input !== null && this.#next.prompt !== 'copy';
    this.#input?.marker.dispose();
    this.#input = this.#screen.anchor();
    if (redrawn) return;
    // A data line of COPY is echoed by the terminal: what psql has to say comes below it.
    if (this.#next.prompt === 'copy') shell.command?.openOutput(this.#screen.anchor(), true);
    const { line: _, ...place } = { line: '', ...shell.place };
    this.#prompt = { app: shell.app, continuation: this.#next.prompt !== 'primary', ...place } as Prompt;
    this.#listeners.prompt(this.#prompt);
  }

  /** readline gives the line to its program after Enter, when the cursor is on a new row; else it was Ctrl-C or Ctrl-D. */
  #editorEnded(): void {
    const shell = this.#shells.at(-1);
    const input = this.#input;
    if (!shell || !input) return;
    const { continuation } = this.#prompt ?? {};
    const entered = this.#screen.isOnNewLine(input);
    const typed = entered ? this.#screen.textSince(input).text : '';
    this.#leavePrompt();
    if (shell.app === 'bash') {
      const before = continuation ? this.#accepted?.text : undefined;
      const text = before === undefined ? typed : `${before}\n${typed}`;
      this.#accept(entered ? { text, output: this.#screen.anchor() } : null);
    } else if (!entered) {
      if (shell.command) this.#finish(shell, 'cancelled');
    } else if (shell.command) {
      shell.command.command += `\n${typed}`;
      shell.command.openOutput(this.#screen.anchor());
    } else if (!/^\s*(--.*)?$/.test(typed)) {
      this.#start(shell, typed, this.#screen.anchor());
    }
  }

  #leavePrompt(): void {
    this.#prompt = null;
    this.#input?.marker.dispose();
    this.#input = null;
  }

  #start(shell: Shell, text: string, output: Anchor): void {
    shell.command = new Command(++this.#lastId, shell.app, text, this.#screen);
    shell.command.openOutput(output);
    this.#listeners.commandStart(shell.command);
  }

  #finish(shell: Shell, status: string | null): void {
    const { command } = shell;
    if (!command) return;
    shell.command = null;
    command.end(status);
    this.#listeners.commandEnd(command);
  }
}
