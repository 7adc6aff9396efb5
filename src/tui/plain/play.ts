import { createInterface } from 'node:readline/promises';
import { isatty, ReadStream } from 'node:tty';
import type { Session } from '../../session/session.ts';
import type { CommandRecord, Terminal } from '../../terminal/terminal.ts';
import { messageOf, UserError } from '../../util/user-error.ts';
import { ASKED, confusion, obey, reader, wholeScreen } from './commands.ts';
import { Echo } from './echo.ts';
import { sayingOf, until } from './follow.ts';
import { PlainTab } from './tab.ts';
import { HELP, stepText } from './words.ts';

/** How long the last command of a pipe is waited for, in milliseconds. */
const LAST = 120_000;
/** How long a program is waited for that ends only by a key, or after one. */
const ENDING = 5_000;
/** Bytes of a line. A terminal cuts a longer one at 4,095, and says nothing. */
const LONGEST = 4_000;
/** Ctrl-D: what ends the input of a program. */
const END_OF_INPUT = '\x04';
/** How long a terminal is waited for that is still opening. */
const OPENING = 20_000;
/** Commands that act at once, also while something runs whose end others wait for. */
const AT_ONCE = ['/help', '/read', '/in', '/quit', '/remove', '/interrupt', '/again'];

/**
 * The session as plain text: for a screen reader, a dumb terminal, or a pipe. Throws a UserError where the lab did not come
 * about; the session is closed then too.
 */
export async function play(session: Session): Promise<{ left: 'keep' | 'remove'; again: boolean }> {
  const plain = new Plain(session);
  try {
    return { left: await plain.play(), again: false };
  } finally {
    plain.close();
  }
}

class Plain {
  readonly #session: Session;
  readonly #tabs = new Map<Terminal, PlainTab>();
  readonly #echo: Echo | undefined;
  readonly #unsubscribe: () => void;
  /** Somebody types, and it is no pipe. */
  readonly #typed = isatty(0);
  #begun = false;
  #said = '';
  /** What was said to confuse in a terminal, of which command. */
  readonly #confused = new WeakMap<Terminal, string>();
  /** What Ctrl-C did not end. */
  #stubborn: CommandRecord | null = null;
  #asked: keyof typeof ASKED | null = null;

  constructor(session: Session) {
    this.#session = session;
    this.#echo = this.#typed ? new Echo(session, (text) => this.#say(text)) : undefined;
    this.#unsubscribe = session.subscribe(() => this.#follow());
  }

  async play(): Promise<'keep' | 'remove'> {
    const session = this.#session;
    this.#say(`${session.scenario.title}\n`);
    this.#follow();
    await until(session, ({ phase }) => phase.name !== 'starting');
    const { phase } = session.state;
    if (phase.name === 'failed') {
      await session.close('keep');
      throw new UserError('start-failed', phase.message, phase.hint ? { hint: phase.hint } : {});
    }
    this.#begun = true;
    this.#follow();
    this.#say(`${HELP}\n${stepText(session.state)}`);
    const release = this.#takeInterrupts();
    let left: 'keep' | 'remove';
    try {
      left = await this.#readLines();
    } finally {
      // What is left to do can be cut short as anything else of the program.
      release();
    }
    this.#say(left === 'keep' ? 'Stopping the lab.' : 'Removing the lab.');
    await session.close(left);
    return left;
  }

  close(): void {
    this.#unsubscribe();
    for (const tab of this.#tabs.values()) tab.close();
  }

  async #readLines(): Promise<'keep' | 'remove'> {
    for (;;) {
      // What has ended cannot be read again, but a terminal only seems to have: it can be opened anew.
      const input = this.#typed ? new ReadStream(0) : process.stdin;
      const lines = createInterface({ input, output: process.stdout, terminal: false });
      try {
        // From here on no line is lost.
        const each = lines[Symbol.asyncIterator]();
        await this.#prompt();
        for await (const line of each) {
          this.#echo?.show();
          const left = await this.#take(line).catch((error) => this.#say(messageOf(error)));
          if (left) return left;
          await this.#prompt();
        }
      } finally {
        lines.close();
        this.#echo?.show();
        if (input !== process.stdin) input.destroy();
      }
      if (await this.#inputEnded()) return 'keep';
    }
  }

  /** Ctrl-D, or the end of a pipe, is for the program in the lab; where none runs it leaves as /quit does. True if so. */
  async #inputEnded(): Promise<boolean> {
    this.#asked = null;
    if (this.#typed) this.#say('');
    const tab = this.#tab;
    // What has just been run may end by itself, and what reads has to have begun.
    await tab?.calm();
    if (tab?.takesEnd) await tab.press(END_OF_INPUT).catch((error) => this.#say(messageOf(error)));
    else if (this.#typed) return true;
    if (this.#typed) return false;
    await tab?.idle(tab.terminal.state.at === 'program' ? LAST : ENDING);
    const { state } = tab?.terminal ?? {};
    if (tab?.busy && state && 'command' in state)
      this.#say(`\`${firstLine(state.command)}\` still runs. It is ended, and the lab is kept.`);
    return true;
  }

  /** Resolves to how to leave, where the line asks for that. */
  async #take(line: string): Promise<'keep' | 'remove' | undefined> {
    const session = this.#session;
    const [word = '', ...rest] = line.trim().split(/\s+/);
    const asked = this.#asked;
    this.#asked = null;
    if (asked) {
      if (word.toLowerCase() !== 'yes') this.#say('Nothing was done.');
      else if (asked === '/remove') return 'remove';
      else {
        await session.reset();
        this.#say(stepText(session.state));
      }
      return undefined;
    }
    if (Buffer.byteLength(line) > LONGEST) {
      this.#say(`This line is longer than ${LONGEST} bytes, and its end may be missing: nothing was typed. Split it.`);
      return undefined;
    }
    if (!word.startsWith('/') || word.indexOf('/', 1) > 0) {
      await this.#enter(line);
      return undefined;
    }
    // In a script, what follows a command means how things stand when that has ended.
    if (!this.#typed && !AT_ONCE.includes(word)) await this.#tab?.idle(LAST);
    if (word === '/quit') return 'keep';
    if (word === '/reset' || word === '/remove') {
      this.#asked = word;
      const lab = session.lab ? `the lab ${session.lab.id}` : 'the lab';
      this.#say(`${ASKED[word](lab)}\nType yes to do it; anything else does not.`);
    } else if (word === '/interrupt') await this.#interrupt();
    else if (word === '/again') await this.#again();
    else await obey(session, word, rest.join(' '), (text) => this.#say(text));
    if (word === '/in') await this.#opened();
    return undefined;
  }

  get #tab(): PlainTab | undefined {
    const terminal = this.#session.terminal(this.#session.state.terminal);
    return terminal && this.#tabs.get(terminal);
  }

  /** The terminal that was gone to may still be opening, and what it is going to be is what the prompt names. */
  async #opened(): Promise<void> {
    const { terminal, scenario, phase } = this.#session.state;
    if (phase.name !== 'ready') return;
    await until(this.#session, () => this.#tab !== undefined, OPENING);
    await this.#tab?.opened(scenario.terminals.find(({ name }) => name === terminal)?.command, OPENING);
  }

  async #enter(line: string): Promise<void> {
    // The terminals that were not in front at the start may still be opening.
    await until(this.#session, () => this.#tab !== undefined, OPENING);
    const tab = this.#tab;
    if (!tab || this.#session.state.phase.name !== 'ready') this.#say('The lab is not ready: nothing was typed.');
    else if (line.trim() || tab.busy) {
      if (tab.terminal.ended) {
        this.#say('The shell here has ended. A new one is opened.');
        await tab.terminal.reopen({ timeout: OPENING });
      }
      await tab.enter(line);
    }
  }

  async #interrupt(): Promise<void> {
    const tab = this.#tab;
    const state = tab?.terminal.state;
    const resting = !state || ((state.at === 'bash' || state.at === 'psql') && state.waits === 'command');
    if (!tab || resting || state.at === 'ended') return this.#say('Nothing runs here. /quit leaves.');
    const { terminal } = tab;
    if (terminal.running && terminal.running === this.#stubborn) {
      terminal.hangUp();
      return tab.idle(ENDING);
    }
    this.#stubborn = null;
    const { running } = terminal;
    const timeout = wholeScreen(state) ? 1500 : 5000;
    await terminal.interrupt({ timeout }).catch((error) => {
      if (terminal.ended) return;
      this.#stubborn = running;
      this.#say(`${messageOf(error)}\n/interrupt once more closes the terminal with it.`);
    });
  }

  async #again(): Promise<void> {
    if (this.#session.state.phase.name !== 'failed') this.#say('The lab is there: nothing to try again.');
    else {
      await this.#session.start();
      this.#say(stepText(this.#session.state));
    }
  }

  /** Ctrl-C is for the command in the lab, as in any shell. Returns what gives it back to the program. */
  #takeInterrupts(): () => void {
    const before = process.listeners('SIGINT');
    const own = () => {
      void this.#interrupt().then(
        () => this.#prompt(),
        (error) => this.#say(messageOf(error)),
      );
    };
    process.removeAllListeners('SIGINT').on('SIGINT', own);
    return () => {
      process.off('SIGINT', own);
      for (const listener of before) process.on('SIGINT', listener);
    };
  }

  async #prompt(): Promise<void> {
    const { state } = this.#session;
    await this.#echo?.follow(this.#tab?.terminal.state);
    if (this.#asked) {
      process.stdout.write('yes or no> ');
      return;
    }
    this.#tellConfusion();
    const at = this.#tab?.terminal.state;
    const more = (at?.at === 'bash' || at?.at === 'psql') && at.waits !== 'command' ? ' …' : '';
    const what = at && 'command' in at ? firstLine(at.command) : reader(this.#session);
    process.stdout.write(`${state.terminal}${what && ` (${what})`}${more}> `);
  }

  /** Says what may confuse, once for each command. */
  #tellConfusion(): void {
    const terminal = this.#tab?.terminal;
    if (!terminal) return;
    if (terminal.ended) this.#say('? The shell here has ended. The next command opens a new one.');
    const confused = confusion(this.#session);
    const which = `${terminal.commands.at(-1)?.id} ${confused}`;
    if (confused && this.#confused.get(terminal) !== which) this.#say(`? ${confused}`);
    if (confused) this.#confused.set(terminal, which);
    else this.#confused.delete(terminal);
  }

  /** What a terminal has printed. */
  #tell(text: string): void {
    this.#say(text);
    // It may ask for a password, some time after the prompt here.
    if (/[:?>]$/.test(text)) void this.#echo?.follow(this.#tab?.terminal.state);
  }

  #say(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  /** After a change of the session: terminals that have come, and what it says by itself. */
  #follow(): void {
    const { phase, notice, scenario } = this.#session.state;
    if (phase.name === 'ready') {
      for (const { name } of scenario.terminals) {
        const terminal = this.#session.terminal(name);
        if (terminal && !this.#tabs.has(terminal))
          this.#tabs.set(terminal, new PlainTab(terminal, (text) => this.#tell(text)));
      }
    }
    if (phase.name === 'failed' && !this.#begun) return;
    const text = sayingOf(phase, notice?.text);
    if (text && text !== this.#said) this.#say(text);
    this.#said = text;
  }
}

const firstLine = (command: string): string => command.split('\n')[0]!.slice(0, 40);
