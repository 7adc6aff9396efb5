import { printable } from '../util/printable.ts';

/** Whether a full-screen interface can be shown: both ends are a terminal, and not a dumb one. */
export const isFullScreen = (): boolean =>
  Boolean(process.stdin.isTTY && process.stdout.isTTY) && process.env.TERM !== 'dumb';

/** Text in columns, two spaces apart; what a terminal would obey is shown in its place. */
export function table(cells: string[][]): string {
  const rows = cells.map((row) => row.map(printable));
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, i) => Math.max(widest[i] ?? 0, cell.length)),
    [],
  );
  const lines = rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function bytes(count: number | undefined): string {
  if (count === undefined) return '';
  const megabytes = count / 1e6;
  return megabytes >= 1000 ? `${(megabytes / 1000).toFixed(1)} GB` : `${Math.round(megabytes)} MB`;
}

export function age(since: Date): string {
  const minutes = Math.round((Date.now() - since.getTime()) / 60_000);
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

/** For a command that cleans up on Ctrl-C: being asked to end by another program is the same to it. */
export function interruptOnTerm(): void {
  process.on('SIGTERM', () => process.kill(process.pid, 'SIGINT'));
}
