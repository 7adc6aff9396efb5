import { spawn } from 'node:child_process';
import { packageFile } from '../util/paths.ts';
import { poll } from '../util/poll.ts';
import { ownerIsAlive, ownerOf } from './ids.ts';

/** The program's entry: from sources, or from the bundle that this module is part of. */
const program = (): string => packageFile(import.meta.url.endsWith('.ts') ? 'src/main.ts' : 'dist/main.js');

/** Waits for its standard input to close, and only then becomes the program: until there is work it costs next to nothing. */
const WAIT = 'cat >/dev/null; exec "$@"';

/**
 * Starts the helper that cleans up after this program, however it ends. It has a session of its own, so a Ctrl-C or a
 * terminal that closes does not reach it, and holds a pipe of which the kernel closes our end.
 */
export function startJanitor(): void {
  const janitor = spawn('sh', ['-c', WAIT, 'sh', process.execPath, program(), 'janitor', ownerOf()], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a janitor the next start sweeps, so its failure is not ours.
  janitor.on('error', () => {});
  janitor.stdin.on('error', () => {});
  janitor.unref();
  (janitor.stdin as unknown as { unref(): void }).unref();
}

/** The helper's work, once the program has ended: sweeps what it left behind in every runtime. */
export async function runJanitor(owner: string): Promise<void> {
  // A process closes its files a moment before it is dead.
  await poll(
    async () => ownerIsAlive(owner),
    (alive) => !alive,
    { within: 10_000, every: 20 },
  );
  const [{ usableRuntimes }, { sweepImages }] = await Promise.all([import('./runtimes.ts'), import('./images.ts')]);
  await sweepImages();
  const runtimes = await usableRuntimes();
  await Promise.allSettled(runtimes.map((runtime) => runtime.sweep()));
}
