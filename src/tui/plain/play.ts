import { createInterface } from 'node:readline/promises';
import type { Session } from '../../session/session.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { messageOf, UserError } from '../../util/user-error.ts';
import { ASKED, confusion, obey } from './commands.ts';
import { PlainTab } from './tab.ts';
import { HELP, stepText } from './words.ts';

/** How long the last command of a pipe is waited for, in milliseconds. */
const LAST = 120_000;
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
  readonly #unsubscribe: () => void;
  #begun = false;
  #said = '';
  #confusion: string | null = null;
  #asked: keyof typeof ASKED | null = null;

  constructor(session: Session) {
    this.#session = session;
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
    const input = createInterface({ input: process.stdin, output: process.stdout, terminal: false });
    try {
      this.#prompt();
      for await (const line of input) {
        const left = await this.#take(line).catch((error) => this.#say(messageOf(error)));
        if (left) return left;
        this.#prompt();
      }
    } finally {
      input.close();
    }
    // A pipe that ends, or Ctrl-D, leaves as /quit does.
    await this.#tab?.idle(LAST);
    return 'keep';
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
    if (!word.startsWith('/') || word.indexOf('/', 1) > 0) {
      await this.#enter(line);
      return undefined;
    }
    // In a script, what follows a command means how things stand when that has ended.
    if (!process.stdin.isTTY && !AT_ONCE.includes(word)) await this.#tab?.idle(LAST);
    if (word === '/quit') return 'keep';
    if (word === '/reset' || word === '/remove') {
      this.#asked = word;
      this.#say(`${ASKED[word]}\nType yes to do it; anything else does not.`);
    } else if (word === '/interrupt') await this.#interrupt();
    else if (word === '/again') await this.#again();
    else await obey(session, word, rest.join(' '), (text) => this.#say(text));
    return undefined;
  }

  get #tab(): PlainTab | undefined {
    const terminal = this.#session.terminal(this.#session.state.terminal);
    return terminal && this.#tabs.get(terminal);
  }

  async #enter(line: string): Promise<void> {
    // The terminals that were not in front at the start may still be opening.
    await until(this.#session, () => this.#tab !== undefined, OPENING);
    const tab = this.#tab;
    if (!tab || this.#session.state.phase.name !== 'ready') this.#say('The lab is not ready: nothing was typed.');
    else if (line.trim() || tab.busy) await tab.enter(line);
  }

  async #interrupt(): Promise<void> {
    const terminal = this.#tab?.terminal;
    const state = terminal?.state;
    const resting = !state || ((state.at === 'bash' || state.at === 'psql') && state.waits === 'command');
    if (resting) this.#say('Nothing runs here. /quit leaves.');
    else await terminal?.interrupt({ timeout: 5000 });
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

  #prompt(): void {
    const { state } = this.#session;
    const confused = confusion(this.#session);
    if (confused && confused !== this.#confusion) this.#say(`? ${confused}`);
    this.#confusion = confused;
    const at = this.#tab?.terminal.state;
    const more = (at?.at === 'bash' || at?.at === 'psql') && at.waits !== 'command' ? ' …' : '';
    const runs = at && 'command' in at ? ` (${at.command.split('\n')[0]!.slice(0, 40)})` : '';
    process.stdout.write(`${state.terminal}${runs}${more}> `);
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
          this.#tabs.set(terminal, new PlainTab(terminal, (text) => this.#say(text)));
      }
    }
    if (phase.name === 'failed' && !this.#begun) return;
    const text = sayingOf(phase, notice?.text);
    if (text && text !== this.#said) this.#say(text);
    this.#said = text;
  }
}

/** What a session says by itself: what a start is doing, a notice, a failure. */
function sayingOf(phase: Session['state']['phase'], notice: string | undefined): string {
  if (phase.name === 'starting') return `${phase.text} …`;
  if (phase.name !== 'failed') return notice ?? '';
  return [phase.message, phase.hint, 'Your progress is saved. /again goes on in what is left of the lab, /quit leaves.']
    .filter(Boolean)
    .join('\n');
}

/** Resolves when a session is as wanted, or after `within` milliseconds. */
const until = (session: Session, wanted: (state: Session['state']) => boolean, within?: number): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const unsubscribe = session.subscribe(() => wanted(session.state) && end());
    const timer = within === undefined ? undefined : setTimeout(end, within);
    if (session.state.phase.name === 'failed' || wanted(session.state)) end();
  });
