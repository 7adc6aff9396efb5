import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { isRoot } from '../../../src/lab/local/mapping.ts';
import type { Pty, TerminalSize } from '../../../src/terminal/pty.ts';
import { Terminal } from '../../../src/terminal/terminal.ts';

export const SIZE: TerminalSize = { columns: 80, rows: 24 };
const FILES = new URL('../../../lab-images/postgres/files/', import.meta.url).pathname;
export const BASHRC = join(FILES, 'bashrc');
export const PSQLRC = join(FILES, 'psqlrc');
export const BINARIES = '/usr/lib/postgresql/15/bin';

/** A program of this machine on a pseudo-terminal. */
export function localPty(argv: string[], size: TerminalSize, env: Record<string, string> = {}): Pty {
  const pty = spawn(argv[0]!, argv.slice(1), {
    cols: size.columns,
    rows: size.rows,
    name: 'xterm-256color',
    cwd: '/tmp',
    env: { ...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', ...env },
    encoding: null,
  });
  return {
    onData: (listener) => void pty.onData((data) => listener(data as unknown as Uint8Array)),
    onExit: (listener) => void pty.onExit(() => listener()),
    write: (bytes) => pty.write(typeof bytes === 'string' ? bytes : (Buffer.from(bytes) as unknown as string)),
    resize: (columns, rows) => pty.resize(columns, rows),
    pause: () => pty.pause(),
    resume: () => pty.resume(),
    kill: () => pty.kill('SIGKILL'),
  };
}

/** bash with the lab's shell integration. */
export function bash(env: Record<string, string> = {}, size = SIZE): Terminal {
  const pty = localPty(['bash', '--rcfile', BASHRC, '-i'], size, {
    HISTFILE: '/dev/null',
    PAGER: 'less',
    LESS: '-FX',
    PSQLRC,
    ...env,
  });
  return new Terminal(pty, size);
}

/** A temporary PostgreSQL, listening on a socket only. */
export class Cluster {
  readonly directory = mkdtempSync(join(tmpdir(), 'waldojo-pg-'));
  readonly env: Record<string, string>;

  constructor() {
    if (isRoot()) execFileSync('chown', ['postgres', this.directory]);
    execFileSync('chmod', ['755', this.directory]);
    const kind = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'];
    this.#postgres('initdb', '-D', this.#data, ...kind);
    this.#postgres(
      'pg_ctl',
      '-s',
      '-w',
      '-D',
      this.#data,
      '-l',
      join(this.directory, 'log'),
      '-o',
      this.#options,
      'start',
    );
    this.env = { PGHOST: this.directory, PGUSER: 'postgres', PGPORT: '5432', PSQL_HISTORY: '/dev/null' };
  }

  /** What one value is, by way of a connection of its own. */
  query(sql: string): string {
    const env = { ...process.env, ...this.env };
    return execFileSync(join(BINARIES, 'psql'), ['-XAtc', sql, 'postgres'], { env, encoding: 'utf8' }).trim();
  }

  remove(): void {
    this.#postgres('pg_ctl', '-s', '-w', '-m', 'immediate', '-D', this.#data, 'stop');
    rmSync(this.directory, { recursive: true });
  }

  get #data(): string {
    return join(this.directory, 'data');
  }

  get #options(): string {
    return `-c listen_addresses='' -c unix_socket_directories=${this.directory} -c fsync=off`;
  }

  #postgres(program: string, ...args: string[]): void {
    // A server does not run as root.
    const argv = [...(isRoot() ? ['runuser', '-u', 'postgres', '--'] : []), join(BINARIES, program), ...args];
    execFileSync(argv[0]!, argv.slice(1), { cwd: '/', stdio: 'ignore' });
  }
}
