import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import type { TerminalSize } from '../../terminal/pty.ts';
import { poll } from '../../util/poll.ts';
import { UserError } from '../../util/user-error.ts';
import { demultiplexer, type Sink } from './demux.ts';
import { ask } from './errors.ts';

export interface Start {
  user?: string | undefined;
  env?: Record<string, string> | undefined;
  /** On a terminal of this size. */
  terminal?: TerminalSize;
}

/** A command that runs in a container. Its output waits until somebody listens. */
export interface Process {
  /** Raw: what is written is its standard input, and pausing it holds its output back. */
  socket: Duplex;
  listen(sink: Sink): void;
  /** Resolves after the last output, also when the engine or the container is gone. */
  ended: Promise<void>;
  exitCode(): Promise<number>;
  /** Of its terminal. A command that has ended is none to resize: never rejects. */
  resize(columns: number, rows: number): Promise<void>;
  /** Ends it and all that it started, except what has left its session, as a daemon does. */
  kill(): Promise<void>;
}

// An engine gives each exec a session of its own, whose number is the pid that a shell in it sees: that is said first, in
// band, and lets the whole session be killed. An exec cannot be killed through the API: it outlives its client.
// runc is written in Go, whose runtime raises the soft limit of open files, and in one exec of forty that gets through.
// A home that is gone, or closed, is no reason to keep everybody out.
const ENTER = 'ulimit -Sn 1024; cd 2>/dev/null || cd /; echo $$; exec "$@"';
// The size is set from inside: set through the API, a program may see 0x0 for its first milliseconds.
const ENTER_TERMINAL = `stty cols "$1" rows "$2"; shift 2; ${ENTER}`;

/** At home, with an open standard input. */
export async function startProcess(container: Docker.Container, argv: string[], start: Start = {}): Promise<Process> {
  const { user = 'root', terminal } = start;
  const tty = terminal !== undefined;
  const enter = tty ? [ENTER_TERMINAL, 'sh', `${terminal.columns}`, `${terminal.rows}`] : [ENTER, 'sh'];
  const env = { LANG: 'en_US.UTF-8', USER: user, LOGNAME: user, ...(tty && { TERM: 'xterm-256color' }), ...start.env };
  const exec = await container.exec({
    Cmd: ['sh', '-c', ...enter, ...argv],
    User: user,
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: tty,
  });
  // Some engines look for `Tty` in this call, others in the one before.
  const socket = await exec.start({ hijack: true, stdin: true, Tty: tty });
  const closed = new Promise<void>((resolve) => {
    socket
      .once('end', resolve)
      .once('close', resolve)
      .on('error', () => resolve());
  });
  let killed: Promise<void> | undefined;

  let held: Parameters<Sink>[] = [];
  let sink: Sink;
  const take: Sink = (stream, bytes) => sink(stream, bytes);
  socket.on('data', tty ? (bytes: Buffer) => take('out', bytes) : demultiplexer(take));
  const session = await new Promise<number>((resolve, reject) => {
    let said = Buffer.alloc(0);
    sink = (stream, bytes) => {
      // The engine copies the two streams side by side, so what the command says on one may overtake the line on the other.
      if (stream === 'err') {
        held.push([stream, bytes]);
        return;
      }
      said = Buffer.concat([said, bytes]);
      const [line, pid] = /^(\d+)\r?\n/.exec(said.toString('latin1')) ?? [];
      if (line === undefined) return;
      socket.pause();
      if (said.length > line.length) held.push(['out', said.subarray(line.length)]);
      sink = (...output) => held.push(output);
      resolve(Number(pid));
    };
    closed.then(() => {
      const why = Buffer.concat([said, ...held.map(([, bytes]) => bytes)]).toString();
      reject(why === '' ? hungUp() : notStarted(argv, user, why));
    });
  });

  return {
    socket,
    // One that is being killed has ended when that is done.
    ended: closed.then(() => killed?.catch(() => {})),
    listen(listener) {
      for (const output of held) listener(...output);
      held = [];
      sink = listener;
      socket.resume();
    },
    async exitCode() {
      const inspect = () => ask('read the end of a command', exec.inspect());
      // The engine may notice the end a moment after its last output.
      const { ExitCode } = await poll(inspect, ({ Running }) => !Running, { within: 5000, every: 5 });
      return ExitCode ?? 1;
    },
    async resize(columns, rows) {
      // Podman answers 201, which dockerode takes for an error.
      await exec.resize({ w: columns, h: rows }).catch(() => {});
    },
    async kill() {
      killed ??= killSession(container, session);
      // At once: the engine does not see that a command has ended before its output is read, nor that a later one has.
      socket.destroy();
      await killed;
    },
  };
}

async function killSession(container: Docker.Container, session: number): Promise<void> {
  const exec = await container.exec({ Cmd: ['pkill', '-KILL', '-s', `${session}`], User: 'root', AttachStdout: true });
  const output = await exec.start({ hijack: true, stdin: true });
  await new Promise((resolve) => output.resume().once('close', resolve));
}

const notStarted = (argv: string[], user: string, said: string): UserError =>
  new UserError('exec-failed', `Could not start ${argv[0]} as ${user}: ${said.trim()}`);

/** As Node calls a connection that the other side ended without an answer: the engine, or the container, has gone. */
const hungUp = (): Error => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
