import type { LabRecord } from '../lab/lab.ts';
import { usableRuntimes } from '../lab/runtimes.ts';
import { EXIT, type ExitStatus, UserError } from '../util/user-error.ts';
import { allLabs } from './overview.ts';
import { age, bytes, printJson, table } from './screen.ts';

/** `waldojo labs`. */
export async function listLabs({ json }: { json?: boolean }): Promise<ExitStatus> {
  const labs = await allLabs();
  if (json) printJson(labs);
  else if (labs.length === 0) process.stdout.write('There are no labs.\n');
  else {
    const rows = labs.map((lab) => [
      lab.id,
      lab.scenario,
      lab.runtime,
      String(lab.major),
      lab.owned ? 'in use' : lab.running ? 'running' : 'stopped',
      age(lab.created),
      bytes(lab.bytes),
    ]);
    process.stdout.write(table([['LAB', 'SCENARIO', 'RUNTIME', 'PG', 'STATE', 'AGE', 'SIZE'], ...rows]));
  }
  return EXIT.done;
}

/** `waldojo labs rm`. A lab that another program uses is removed only when it is named. */
export async function removeLabs(ids: string[], { all }: { all?: boolean }): Promise<ExitStatus> {
  if (ids.length === 0 && !all) {
    throw new UserError('no-lab-named', 'Say which labs to remove, or --all.', { exit: EXIT.usage });
  }
  const labs = await allLabs();
  const wanted = all ? labs.filter((lab) => !lab.owned) : ids.map((id) => findLab(labs, id));
  const runtimes = await usableRuntimes();
  for (const { id, runtime } of wanted) {
    await runtimes.find(({ name }) => name === runtime)!.removeLab(id);
    process.stdout.write(`Removed ${id}.\n`);
  }
  const used = all ? labs.length - wanted.length : 0;
  if (used > 0) process.stdout.write(`${used} in use; name them to remove them all the same.\n`);
  return EXIT.done;
}

export function findLab(labs: LabRecord[], id: string): LabRecord {
  const found = labs.find((lab) => lab.id === id);
  if (found) return found;
  const known = labs.map((lab) => lab.id).join(', ');
  throw new UserError('unknown-lab', `There is no lab “${id}”.`, {
    hint: known ? `There are: ${known}` : 'There are no labs.',
    exit: EXIT.usage,
  });
}
