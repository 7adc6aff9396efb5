import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, closeSync, constants, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import type { LabTerminal, TerminalOptions } from '../lab.ts';
import { enter, enterTerminal } from './enter.ts';
import { isRoot, ROOT_BASE } from './mapping.ts';

/** Group `tty` of a Debian. */
const TTY_GROUP = 5;
/** Milliseconds until a terminal whose programs do not read is tried again. */
const RETRY = 5;
/** Bytes that may wait for them. */
const MOST_WAITING = 16 * 1024 * 1024;
/** More than the kernel holds of what a terminal's programs wrote last, in bytes. */
const REST = 256 * 1024;

/**
 * Starts a command on a new pseudo-terminal that is the lab's own, so that `tty` and sudo work in it, and of which this
 * process holds the other end: nothing stands between the two.
 */
export function openLabTerminal(pid: number, argv: string[], options: TerminalOptions): LabTerminal {
  const devpts = `/proc/${pid}/root/dev/pts`;
  const master = openSync(`${devpts}/ptmx`, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  const index = Number(/^tty-index:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${master}`, 'utf8'))?.[1]);
  if (Number.isNaN(index)) {
    closeSync(master);
    throw new Error('This kernel does not tell the number of a terminal.');
  }
  // It belongs to who opened it. The lab's root may only give away what is its own.
  if (isRoot()) chownSync(`${devpts}/${index}`, ROOT_BASE, ROOT_BASE + TTY_GROUP);
  const child = enterTerminal(pid, argv, options, { master, index });
  const stream = new ReadStream(master);
  // Read errors are how a terminal says that nobody has it open any more.
  stream.on('error', () => {}).pause();
  child.once('error', () => stream.destroy());
  const closed = new Promise((resolve) => stream.once('close', resolve));
  const exited = once(child, 'exit').catch(() => [null]) as Promise<[number | null]>;
  const over = Promise.all([closed, exited]);

  // libuv would spin while a terminal is full, so what does not fit waits here.
  let waiting: Buffer[] = [];
  const waits = () => waiting.reduce((sum, { length }) => sum + length, 0);
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    timer = undefined;
    while (waiting[0] && !stream.destroyed) {
      try {
        const written = writeSync(master, waiting[0]);
        if (written === waiting[0].length) waiting.shift();
        else waiting[0] = waiting[0].subarray(written);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') timer = setTimeout(flush, RETRY);
        else waiting = [];
        return;
      }
    }
  };

  // One at a time; of those that wait, only the last matters.
  let resizing = false;
  let wanted: [number, number] | undefined;
  const resizeNext = async (): Promise<void> => {
    if (resizing || !wanted || stream.destroyed) return;
    resizing = true;
    const [columns, rows] = wanted;
    wanted = undefined;
    const stty = spawn('sh', ['-c', 'stty cols "$1" rows "$2" <&3', 'sh', `${columns}`, `${rows}`], {
      stdio: ['ignore', 'ignore', 'ignore', master],
    });
    await once(stty, 'exit').catch(() => {});
    resizing = false;
    resizeNext();
  };

  return {
    onData(listener) {
      stream.once('end', () => readRest(master, listener));
      stream.on('data', listener).resume();
    },
    onExit(listener) {
      over.then(() => listener());
    },
    exitStatus: async () => (await exited)[0] ?? 137,
    write(bytes) {
      // A program that never reads does not make this one grow for ever.
      if (waiting.length > 100 && waits() > MOST_WAITING) return;
      waiting.push(Buffer.from(bytes));
      if (!timer) flush();
    },
    resize(columns, rows) {
      wanted = [columns, rows];
      resizeNext();
    },
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    kill() {
      if (stream.destroyed) return;
      // A daemon has no terminal any more, and stays.
      enter(pid, ['pkill', '-KILL', '-t', `pts/${index}`]).once('exit', () => stream.destroy());
    },
  };
}

/** libuv may take a hang-up for the end although there is more to be read: always in Node 22, where it loses the last output. */
function readRest(master: number, listener: (bytes: Buffer) => void): void {
  try {
    for (let read = 0; read < REST; ) {
      const bytes = Buffer.alloc(4096);
      const length = readSync(master, bytes);
      if (length === 0) return;
      read += length;
      listener(bytes.subarray(0, length));
    }
  } catch {
    // EIO: nobody has it open any more, and nothing is left.
  }
}
