/**
 * How long a key takes to show: through our terminal and compositor, and in plain `docker exec -it`, on the same kind of
 * pseudo-terminal. Run by hand: `node test/bench/echo.ts <container> [keys]`. Prints medians in milliseconds.
 */
import { spawn } from '@lydell/node-pty';
import { Terminal } from '../../src/terminal/terminal.ts';
import { Compositor } from '../../src/tui/compositor.ts';
import { Input } from '../../src/tui/input.ts';
import { localPty } from '../unit/terminal/harness.ts';

const [container, count = '200', role] = process.argv.slice(2);
if (!container) throw new Error('usage: node test/bench/echo.ts <container> [keys]');
const PLAIN = ['docker', 'exec', '-it', '-e', 'TERM=xterm-256color', container, 'bash', '-i'];

if (role === 'ours') show();
else await compare();

/** The program under test: one terminal on the whole screen, as the interface would show it. */
function show(): void {
  const size = { columns: process.stdout.columns, rows: process.stdout.rows };
  const terminal = new Terminal(localPty(PLAIN, size), size);
  const compositor = new Compositor(process.stdout);
  const input = new Input(process.stdin, process.stdout, { onLeader: () => process.exit() });
  const pane = { terminal, x: 0, y: 0, width: size.columns, height: size.rows };
  compositor.start();
  input.start();
  compositor.setPanes([pane], terminal);
  input.setPanes([pane], terminal);
}

async function compare(): Promise<void> {
  const plain = median(await latencies(PLAIN));
  const ours = median(await latencies([process.execPath, import.meta.filename, container!, count, 'ours']));
  console.log(`plain ${plain.toFixed(2)} ms, ours ${ours.toFixed(2)} ms, ${(ours / plain).toFixed(2)} times`);
}

/** Types one letter at a time, each once the last has shown, and measures until its bytes are back. */
async function latencies([file, ...args]: string[]): Promise<number[]> {
  const pty = spawn(file!, args, { cols: 120, rows: 40, name: 'xterm-256color', env: process.env });
  let seen = '';
  let look = () => {};
  pty.onData((data) => {
    seen += data;
    look();
  });
  const until = (text: string) =>
    new Promise<void>((resolve) => {
      look = () => seen.includes(text) && resolve();
      look();
    });
  await until('#');
  const times: number[] = [];
  for (let i = 0; i < Number(count); i++) {
    // A pause as between two keys, so that none shares a frame with the one before.
    await new Promise((resolve) => setTimeout(resolve, 30));
    seen = '';
    const began = performance.now();
    // None of them ends an escape sequence, and no line has the same one in the same place: that would be no change.
    const key = 'xyzwvuqpob'[(i + Math.floor(i / 50)) % 10]!;
    pty.write(key);
    await until(key);
    times.push(performance.now() - began);
    if (i % 50 === 49) pty.write('\x15');
  }
  pty.kill();
  return times;
}

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
}
