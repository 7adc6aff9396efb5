import { execFile } from 'node:child_process';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as pty from '@lydell/node-pty';
import xterm from '@xterm/headless';

const root = join(import.meta.dirname, '../..');
export const program = join(root, 'dist/main.js');

interface As {
  env?: Record<string, string>;
  /** Run the program as this OS user, with its own home. */
  user?: string | undefined;
}

interface StudentOptions extends As {
  columns?: number;
  rows?: number;
}

/** The command that runs the built program as somebody, and the environment for it. */
function commandOf(args: string[], { env = {}, user }: As): { argv: string[]; env: Record<string, string> } {
  const argv = [process.execPath, program, ...args];
  const environment = { PATH: process.env.PATH!, LANG: 'C.UTF-8', TERM: 'xterm-256color', ...env };
  const { HOME, WALDOJO_DATA } = process.env;
  if (!user) return { argv, env: { HOME: HOME!, ...(WALDOJO_DATA && { WALDOJO_DATA }), ...environment } };
  return { argv: ['runuser', '-u', user, '--', ...argv], env: { HOME: `/home/${user}`, USER: user, ...environment } };
}

/** Runs the built program to its end, without a terminal; `input` becomes its standard input. */
export async function run(
  args: string[],
  { input, ...as }: As & { input?: string } = {},
): Promise<{ status: number; stdout: string; stderr: string }> {
  const { argv, env } = commandOf(args, as);
  const [file, ...rest] = argv;
  try {
    const running = promisify(execFile)(file!, rest, { env, cwd: '/', timeout: 280_000 });
    if (input !== undefined) running.child.stdin?.end(input);
    const { stdout, stderr } = await running;
    return { status: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, stdout, stderr };
  }
}

/** Somebody at a terminal: starts the built program in a real pseudo-terminal, types keys, reads the screen. */
export class Student {
  readonly #pty: pty.IPty;
  readonly #screen: xterm.Terminal;
  #changed: () => void = () => {};
  /** Resolves to the program's exit status. */
  readonly ended: Promise<number>;

  constructor(args: string[], { columns = 120, rows = 40, ...as }: StudentOptions = {}) {
    this.#screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    const { argv, env } = commandOf(args, as);
    const [file, ...rest] = argv;
    this.#pty = pty.spawn(file!, rest, { name: 'xterm-256color', cols: columns, rows, cwd: '/', env });
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
  sees(wanted: string | RegExp, within = 60_000): Promise<void> {
    const there = () => (typeof wanted === 'string' ? this.screen().includes(wanted) : wanted.test(this.screen()));
    return this.#wait(there, `not on the screen: ${wanted}`, within);
  }

  /** Waits until the screen no longer shows something. */
  misses(unwanted: string, within = 60_000): Promise<void> {
    return this.#wait(() => !this.screen().includes(unwanted), `still on the screen: ${unwanted}`, within);
  }

  async #wait(there: () => boolean, complaint: string, within: number): Promise<void> {
    const deadline = Date.now() + within;
    while (!there()) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`${complaint} (after ${within} ms)\n${this.screen()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Leaves, and removes the lab: asked twice, with the answer in front that keeps it. */
  async removesLab(): Promise<void> {
    this.leader('q');
    for (const [question, key] of [
      ['Leave this lesson?', '\x1b[A'],
      ['Remove this lab?', '\x1b[B'],
    ] as const) {
      await this.sees(question);
      this.type(key);
      await this.sees(/❯ (Leave, and r|R)emove/);
      // Enter is taken only from somebody who may have read the question.
      await delay(350);
      this.type('\r');
    }
  }

  kill(signal: string): void {
    this.#pty.kill(signal);
  }

  /** For the end of a test, however it ended: what the program leaves behind is its janitor's to clear away. */
  async leaveAtOnce(): Promise<void> {
    this.kill('SIGKILL');
    await this.ended;
  }
}

/** An environment whose progress is empty, and that the user can write to. */
export async function ownState(): Promise<Record<string, string>> {
  const directory = await mkdtemp(join(tmpdir(), 'waldojo-state-'));
  await chmod(directory, 0o777);
  return { XDG_STATE_HOME: directory };
}
