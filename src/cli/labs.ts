import type { LabRecord } from '../lab/lab.ts';
import { usableRuntimes } from '../lab/runtimes.ts';
import { EXIT, type ExitStatus, UserError } from '../util/user-error.ts';
import { confirm } from './confirm.ts';
import { allLabs } from './overview.ts';
import { age, bytes, printJson, table } from './screen.ts';

interface Selection {
  /** Also those of other users, and of other data directories. */
  allUsers?: boolean;
}

/** `waldojo labs`. */
export async function listLabs({ json, ...selection }: Selection & { json?: boolean }): Promise<ExitStatus> {
  const labs = select(await allLabs(), selection);
  if (json) printJson(labs);
  else if (labs.length === 0) process.stdout.write('There are no labs.\n');
  else {
    const rows = labs.map((lab) => [
      lab.id,
      lab.scenario,
      lab.runtime,
      String(lab.major ?? ''),
      stateOf(lab),
      age(lab.created),
      bytes(lab.bytes),
      lab.damage ?? (lab.mine ? '' : 'not yours'),
    ]);
    process.stdout.write(table([['LAB', 'SCENARIO', 'RUNTIME', 'PG', 'STATE', 'AGE', 'SIZE', ''], ...rows]));
  }
  return EXIT.done;
}

function stateOf({ damage, owned, running }: LabRecord): string {
  if (damage) return 'damaged';
  if (owned) return 'in use';
  return running ? 'running' : 'stopped';
}

/** One's own, first or alone. */
const select = (labs: LabRecord[], { allUsers }: Selection): LabRecord[] => {
  const { mine = [], others = [] } = Object.groupBy(labs, (lab) => (lab.mine ? 'mine' : 'others'));
  return allUsers ? [...mine, ...others] : mine;
};

/** `waldojo labs rm`. A lab that another program uses is removed only when it is named, and so is one that is damaged. */
export async function removeLabs(
  ids: string[],
  { all, yes = false, ...selection }: Selection & { all?: boolean; yes?: boolean },
  signal: AbortSignal,
): Promise<ExitStatus> {
  if (ids.length === 0 && !all) {
    throw new UserError('no-lab-named', 'Say which labs to remove, or --all.', { exit: EXIT.usage });
  }
  const labs = select(await allLabs(), selection);
  const wanted = all ? labs.filter((lab) => !lab.owned && !lab.damage) : ids.map((id) => findLab(labs, id));
  const runtimes = await usableRuntimes();
  for (const { id, runtime, damage } of wanted) {
    if (damage && !yes) await agreed(id, damage, signal);
    await runtimes.find(({ name }) => name === runtime)!.removeLab(id);
    process.stdout.write(`Removed ${id}.\n`);
  }
  const left = all ? labs.filter((lab) => !wanted.includes(lab)) : [];
  const damaged = left.filter(({ damage }) => damage).length;
  if (left.length > damaged) tellLeft(left.length - damaged, 'in use');
  if (damaged > 0) tellLeft(damaged, 'damaged');
  return EXIT.done;
}

const tellLeft = (count: number, how: string) =>
  process.stdout.write(`${count} ${how}; name them to remove them all the same.\n`);

async function agreed(id: string, damage: string, signal: AbortSignal): Promise<void> {
  const answer = await confirm(`${id}: ${damage}. There may be work on its disk. Remove it?`, false, signal);
  if (answer) return;
  const message = answer === undefined ? `${id} is not removed unasked: ${damage}.` : `${id} was left as it is.`;
  throw new UserError('lab-damaged', message, {
    hint: `Remove it with what is on its disk: waldojo labs rm ${id} --yes`,
    exit: EXIT.usage,
  });
}

export function findLab(labs: LabRecord[], id: string): LabRecord {
  const found = labs.find((lab) => lab.id === id);
  if (found) return found;
  const known = labs.map((lab) => lab.id).join(', ');
  throw new UserError('unknown-lab', `There is no lab “${id}”.`, {
    hint: known ? `There are: ${known}` : 'You have no labs; waldojo labs --all-users shows those of others too.',
    exit: EXIT.usage,
  });
}
