import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as pty from '@lydell/node-pty';
import xterm from '@xterm/headless';

const root = join(import.meta.dirname, '../..');
export const program = join(root, 'dist/main.js');

interface StudentOptions {
  columns?: number;
  rows?: number;
  env?: Record<string, string>;
  /** Run the program as this OS user, with its own home. */
  user?: string | undefined;
}

/** Somebody at a terminal: starts the built program in a real pseudo-terminal, types keys, reads the screen. */
export class Student {
  readonly #pty: pty.IPty;
  readonly #screen: xterm.Terminal;
  #changed: () => void = () => {};
  /** Resolves to the program's exit status. */
  readonly ended: Promise<number>;

  constructor(args: string[], { columns = 120, rows = 40, env = {}, user }: StudentOptions = {}) {
    this.#screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    const argv = [process.execPath, program, ...args];
    const environment = { PATH: process.env.PATH!, LANG: 'C.UTF-8', TERM: 'xterm-256color', ...env };
    const [file, ...rest] = user
      ? ['runuser', '-u', user, '--', 'env', ...Object.entries(environment).map(([k, v]) => `${k}=${v}`), ...argv]
      : argv;
    this.#pty = pty.spawn(file!, rest, {
      name: 'xterm-256color',
      cols: columns,
      rows,
      cwd: user ? '/' : root,
      env: user ? { ...environment, HOME: `/home/${user}` } : { HOME: process.env.HOME!, ...environment },
    });
    this.#pty.onData((data) => this.#screen.write(data, () => this.#changed()));
    this.#screen.onData((reply) => this.#pty.write(reply));
    this.ended = new Promise((resolve) => this.#pty.onExit(({ exitCode }) => resolve(exitCode)));
  }

  get pid(): number {
    return this.#pty.pid;
  }

  type(keys: string): void {
    this.#pty.write(keys);
  }

  /** The leader key, then `key`. */
  leader(key: string): void {
    this.type(`\x07${key}`);
  }

  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  screen(): string {
    const { active } = this.#screen.buffer;
    return Array.from({ length: this.#screen.rows }, (_, y) =>
      (active.getLine(active.viewportY + y)?.translateToString(true) ?? '').trimEnd(),
    ).join('\n');
  }

  /** Waits until the screen shows what is wanted; its failure shows the screen as it is. */
  async sees(wanted: string | RegExp, within = 30_000): Promise<void> {
    const there = () => (typeof wanted === 'string' ? this.screen().includes(wanted) : wanted.test(this.screen()));
    const deadline = Date.now() + within;
    while (!there()) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`not on the screen after ${within} ms: ${wanted}\n${this.screen()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  kill(signal: string): void {
    this.#pty.kill(signal);
  }
}

/** An environment with progress and, where asked for, labs of its own. */
export async function ownEnvironment(): Promise<Record<string, string>> {
  const home = await mkdtemp(join(tmpdir(), 'waldojo-e2e-'));
  return { XDG_STATE_HOME: join(home, 'state') };
}
