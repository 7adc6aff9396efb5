import type { Runtime } from '../lab/lab.ts';
import { usableRuntimes } from '../lab/runtimes.ts';
import type { Written } from '../session/journal.ts';
import { type LabProgress, updateProgress } from '../session/progress.ts';
import { EXIT, messageOf, UserError } from '../util/user-error.ts';
import { confirm } from './confirm.ts';

/** A lab with somebody's work in it, which is to make room for a new one. */
export interface Replaced {
  id: string;
  /** Removes it; resolves to a sentence where that is not possible. To be called when the new one is ready. */
  remove(): Promise<string | undefined>;
}

interface Consent {
  yes: boolean;
  signal: AbortSignal;
}

/**
 * Asks whether the lab that a scenario has may be replaced by a new one, which `command` would go on in. Undefined where it is
 * gone already. Throws a UserError where it is in use, where the person says no, and where nobody can be asked.
 */
export async function agreeToReplace(
  { id, runtime, major }: LabProgress,
  command: string,
  { yes, signal }: Consent,
): Promise<Replaced | undefined> {
  const owner = (await usableRuntimes()).find(({ name }) => name === runtime);
  const record = (await owner?.labs())?.find((lab) => lab.id === id);
  if (owner && !record) return undefined;
  if (record?.owned) {
    throw new UserError('lab-in-use', `Another waldojo is using the lab that you have for this scenario, ${id}.`, {
      hint: 'Quit that one first',
    });
  }
  const becomes = owner
    ? 'It is removed, with all that you did in it, when the new one is ready.'
    : `${runtime} does not work at the moment, so it stays, and this scenario no longer leads to it.`;
  const what = `You have a lab for this scenario, ${id} (PostgreSQL ${major}, ${runtime}). ${becomes}`;
  const answer = yes || (await confirm(`${what} Make a new one?`, false, signal));
  if (!answer) {
    const said = answer === undefined ? 'It is not replaced unasked: there is no terminal.' : 'It is as it was.';
    throw new UserError('lab-kept', `You have a lab for this scenario, ${id}. ${said}`, {
      hint: `Go on in it with: ${command}\nReplace it by a new one with the option --yes`,
      exit: EXIT.usage,
    });
  }
  const remove = async () => {
    if (!owner) return `The lab ${id} stays. To remove it: waldojo labs rm ${id}`;
    return removed(owner, id);
  };
  return { id, remove };
}

const removed = (runtime: Runtime, id: string): Promise<string | undefined> =>
  runtime.removeLab(id).then(
    () => undefined,
    (error) => `The lab ${id} could not be removed: ${messageOf(error)} To try again: waldojo labs rm ${id}`,
  );

interface End extends Written {
  left: 'keep' | 'remove';
  runtime: Runtime;
  /** Of the scenario, in progress. */
  key: string;
  /** Goes on in the scenario's lab. */
  command: string;
  /** The lab that progress led to at the start, and still does where the session's own never stood. */
  before: string | undefined;
  /** The session has failed: then its lab may have gone too. */
  failed: boolean;
}

/** Sees to it that no lab is left that nobody knows of, and resolves to what is to be said: how things are now. */
export async function farewell({ left, runtime, key, command, before, failed, lab, trouble }: End): Promise<string[]> {
  const asBefore = before === undefined ? [] : [`The lab you had is kept. Go on with: ${command}`];
  if (!lab) return asBefore;
  if (left === 'remove') {
    const forgotten = updateProgress(({ scenarios }) => {
      if (scenarios[key]?.lab?.id === lab.id) delete scenarios[key].lab;
    });
    return forgotten.then(
      () => [],
      (error) => [messageOf(error)],
    );
  }
  if (!lab.stood) {
    // Nobody has done anything in it.
    const trouble = await removed(runtime, lab.id);
    return [...(trouble ? [trouble] : []), ...asBefore];
  }
  if (failed) {
    const labs = await runtime.labs().catch(messageOf);
    if (typeof labs === 'string') return [`What has become of your lab ${lab.id} cannot be told: ${labs}`];
    if (!labs.some(({ id }) => id === lab.id)) return [`Your lab ${lab.id} is gone. Begin a new one with: ${command}`];
  }
  if (lab.saved && !trouble) return [`Your lab is kept. Go on with: ${command}`];
  if (lab.saved) return [`Your lab is kept, but not all of your progress: ${trouble}`, `Go on with: ${command}`];
  return [
    `Your lab ${lab.id} is kept, but a start of this scenario does not lead to it: ${trouble ?? 'another waldojo has made one meanwhile.'}`,
    `Look into it with waldojo labs enter ${lab.id}, or remove it with waldojo labs rm ${lab.id}`,
  ];
}
