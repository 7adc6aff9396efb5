import { EXIT, type ExitStatus } from '../util/user-error.ts';
import { overview } from './overview.ts';
import { printJson, table } from './screen.ts';

/** `waldojo list`. */
export async function list({ json }: { json?: boolean }): Promise<ExitStatus> {
  const { items, notices } = await overview();
  for (const notice of notices) process.stderr.write(`${notice}\n`);
  if (json) {
    printJson(items);
    return EXIT.done;
  }
  const rows = items.map((item) => [
    item.finished ? '✓' : item.completed > 0 ? '…' : ' ',
    item.id,
    item.difficulty,
    `${item.minutes} min`,
    `${item.completed}/${item.steps}`,
    item.title,
  ]);
  process.stdout.write(table(rows));
  return EXIT.done;
}
