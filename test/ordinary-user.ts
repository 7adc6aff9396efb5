import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRequired } from './leave-out.ts';

export interface OrdinaryUser {
  name: string;
  uid: number;
  gid: number;
}

const manifest = join(import.meta.dirname, '../package.json');

/** Why root cannot run this checkout as somebody, if so: one in a directory of root's own is for no other eyes. */
export function whyNotAs(name: string): string | undefined {
  if (process.getuid?.() !== 0) return warned('only root can act as somebody else');
  // Where it is required, CI has to see to it that they may.
  const mayRead = isRequired('local') || spawnSync('runuser', ['-u', name, '--', 'test', '-r', manifest]).status === 0;
  return mayRead ? undefined : warned(`the user ${name} may not read this checkout`);
}

/** Somebody who may make user namespaces: has subordinate ids and a home. Otherwise, why there is nobody. */
export function ordinaryUser(): { user: OrdinaryUser; why?: undefined } | { user?: undefined; why: string } {
  const subordinates = fieldsOf('/etc/subuid').map(([name]) => name);
  const [name, , uid, gid] =
    fieldsOf('/etc/passwd').find(
      ([name, , uid, , , home]) => Number(uid) >= 1000 && home?.startsWith('/home/') && subordinates.includes(name),
    ) ?? [];
  const why = name === undefined ? warned('nobody here has subordinate ids and a home') : whyNotAs(name);
  return why === undefined ? { user: { name: name!, uid: Number(uid), gid: Number(gid) } } : { why };
}

function warned(why: string): string {
  console.warn(`Left out: tests as somebody else, since ${why}.`);
  return why;
}

function fieldsOf(file: string): string[][] {
  try {
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    return lines.map((line) => line.split(':'));
  } catch {
    return [];
  }
}
