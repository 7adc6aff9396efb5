import { addAbortListener } from 'node:events';
import { addAbortSignal } from 'node:stream';
import { text } from 'node:stream/consumers';
import { startJanitor } from '../lab/janitor.ts';
import type { Lab } from '../lab/lab.ts';
import { usableRuntimes } from '../lab/runtimes.ts';
import { findLab } from './labs.ts';
import { allLabs } from './overview.ts';
import { interruptOnTerm } from './screen.ts';

/** `waldojo labs enter`: a shell in a lab that is not in use. Resolves to its exit status; the lab is stopped again, and kept. */
export async function enterLab(id: string, { user }: { user: string }, signal: AbortSignal): Promise<number> {
  const record = findLab(
    (await allLabs()).filter(({ mine }) => mine),
    id,
  );
  const runtime = (await usableRuntimes()).find(({ name }) => name === record.runtime)!;
  interruptOnTerm();
  startJanitor();
  const lab = await runtime.resume(id, signal);
  try {
    return await (process.stdin.isTTY ? interact(lab, user, signal) : runScript(lab, user, signal));
  } finally {
    await lab.stop();
  }
}

async function interact(lab: Lab, user: string, signal: AbortSignal): Promise<number> {
  const { stdin, stdout, stderr } = process;
  const size = () => ({ columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 });
  const terminal = await lab.openTerminal(['bash', '-i'], { user, ...size() });
  stderr.write(`You are ${user} in ${lab.id}. It is kept when this shell ends.\n`);
  const ended = new Promise<void>((resolve) => terminal.onExit(resolve));
  addAbortListener(signal, () => terminal.kill());
  terminal.onData((bytes) => stdout.write(bytes));
  stdout.on('resize', () => terminal.resize(size().columns, size().rows));
  stdin.setRawMode(true);
  stdin.on('data', (bytes) => terminal.write(bytes));
  try {
    await ended;
    signal.throwIfAborted();
    lab.gone.throwIfAborted();
    return await terminal.exitStatus();
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
  }
}

/** Milliseconds: whoever writes a script for a lab may wait for its end, if not for ever. */
const DAY = 86_400_000;

/** Where there is no terminal, what comes in is a script. */
async function runScript(lab: Lab, user: string, signal: AbortSignal): Promise<number> {
  const input = await text(addAbortSignal(signal, process.stdin));
  const shell = ['bash', '-c', 'cd; exec bash --norc'];
  const { exitCode, stdout, stderr } = await lab.exec(shell, { user, input, timeout: DAY, signal });
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  return exitCode;
}
