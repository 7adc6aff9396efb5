import { randomUUID } from 'node:crypto';
import { spawn } from '@lydell/node-pty';
import { execa } from 'execa';
import { RUNTIMES } from '../../src/lab/lab.ts';
import { openRuntime } from '../../src/lab/runtimes.ts';
import { ownState, program } from '../e2e/student.ts';
import { median, referenceImage } from './measure.ts';

const KEYS = 200;
/** So many of them in a line, which is then cleared. */
const LINE = 30;

/**
 * How long a key takes to show: in the terminal of a running lesson, and in plain `docker exec -it`, on the same kind of
 * pseudo-terminal, one after the other.
 */
export async function benchEcho(): Promise<void> {
  const image = await referenceImage();
  const container = `waldojo-bench-${randomUUID()}`;
  if (image)
    await execa('docker', [
      'run',
      '--detach',
      '--rm',
      '--init',
      '--network',
      'none',
      '--name',
      container,
      image,
      'sleep',
      '600',
    ]);
  try {
    for (const name of RUNTIMES) {
      if (!(await openRuntime(name).catch(() => null))) continue;
      const argv = [process.execPath, program, 'start', 'dump-and-restore', '--runtime', name];
      const ours = median(await latencies(argv, leaveLesson));
      const plain = image
        ? median(await latencies(['docker', 'exec', '-it', '--user', 'student', container, 'bash'], leaveShell))
        : Number.NaN;
      console.log(`${name}: echo ${ours} ms, docker exec -it ${plain} ms, ratio ${(ours / plain).toFixed(2)}`);
    }
  } finally {
    if (image) await execa('docker', ['kill', container]);
  }
}

/** How to leave: keys, each once the text after the ones before it has shown. */
type Leave = [keys: string, after?: string][];
/** Its lab is removed. */
const leaveLesson: Leave = [
  ['\x07q'],
  ['\x1b[A', 'Leave this lesson?'],
  ['\r', 'remove'],
  ['\x1b[B', 'Remove this lab?'],
  ['\r', 'Remove'],
];
/** Milliseconds before an Enter: a dialog takes none from somebody who cannot have read it. */
const READ = 350;
const leaveShell: Leave = [['exit\r']];

/** Types one letter at a time, each once the last has shown, and measures until its bytes are back. Milliseconds. */
async function latencies([file, ...args]: string[], leave: Leave): Promise<number[]> {
  const env = { ...process.env, TERM: 'xterm-256color', ...(await ownState()) } as Record<string, string>;
  const pty = spawn(file!, args, { cols: 120, rows: 40, name: 'xterm-256color', env });
  const ended = new Promise((resolve) => pty.onExit(resolve));
  let seen = '';
  let look = () => {};
  pty.onData((data) => {
    seen += data;
    look();
  });
  const until = (there: (seen: string) => boolean) =>
    new Promise<void>((resolve) => {
      look = () => there(seen) && resolve();
      look();
    });
  await until((text) => /\$/.test(text) && /student@/.test(text));
  const times: number[] = [];
  for (let i = 0; i < KEYS; i++) {
    // A pause as between two keys, so that none shares a frame with the one before.
    await new Promise((resolve) => setTimeout(resolve, 30));
    seen = '';
    // None of them ends an escape sequence, and no line has the same one in the same place: that would be no change.
    const key = 'xyzwvuqpob'[(i + Math.floor(i / LINE)) % 10]!;
    const began = performance.now();
    pty.write(key);
    await until((text) => text.includes(key));
    times.push(performance.now() - began);
    if (i % LINE === LINE - 1) pty.write('\x15');
  }
  pty.write('\x15');
  for (const [keys, after] of leave) {
    if (after) await until((text) => text.includes(after));
    if (after && keys === '\r') await new Promise((resolve) => setTimeout(resolve, READ));
    seen = '';
    pty.write(keys);
  }
  await ended;
  // The first line warms up: the lesson's other terminals are still being opened.
  return times.slice(LINE);
}
