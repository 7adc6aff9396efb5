import { printable } from '../util/printable.ts';

/** What both runtimes can call a lab after, with a few letters of ours behind it. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const LONGEST_SHOWN = 80;

/** Why a scenario's folder cannot have this name; undefined where it can. */
export function idFault(id: string): string | undefined {
  if (ID.test(id) && !isTaken(id)) return undefined;
  const shown = printable(id.length > LONGEST_SHOWN ? `${id.slice(0, LONGEST_SHOWN)}…` : id);
  const why = isTaken(id)
    ? 'is a word of the program itself'
    : 'must be letters from a to z, digits, and "-", "_" or "." between them, at most 63 characters';
  return `A scenario is called like its folder, and the name "${shown}" ${why}. Rename the folder.`;
}

/** What every JavaScript object has already, such as `constructor`: progress by that name would be taken for something else. */
export const isTaken = (name: string): boolean => name in {};
