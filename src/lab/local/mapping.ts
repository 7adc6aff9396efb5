import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';

/** Ids inside a lab's user namespace from `inside` on are those from `outside` on of the machine. */
export interface Extent {
  inside: number;
  outside: number;
  count: number;
}

export interface Mapping {
  uids: Extent[];
  gids: Extent[];
}

const IDS = 65_536;
/** Where root maps the users of a lab to: far above what any user of the machine has. */
export const ROOT_BASE = 1_000_000_000;

export const isRoot = (): boolean => process.geteuid?.() === 0;

/** The first range for a user in the text of /etc/subuid or /etc/subgid that is large enough for a Debian. */
export function subordinateRange(text: string, user: { name: string; id: number }): Extent | undefined {
  for (const line of text.split('\n')) {
    const [name, outside, count] = line.split(':');
    const mine = name === user.name || name === String(user.id);
    if (mine && Number(count) >= IDS - 1) return { inside: 1, outside: Number(outside), count: IDS - 1 };
  }
  return undefined;
}

/**
 * Root maps a lab's users to a range of its own. An ordinary user becomes the lab's root, and its other users come from
 * the user's subordinate range; undefined where there is none.
 */
export async function findMapping(): Promise<Mapping | undefined> {
  if (isRoot()) {
    const all = [{ inside: 0, outside: ROOT_BASE, count: IDS }];
    return { uids: all, gids: all };
  }
  const { username: name, uid, gid } = userInfo();
  const [subuid, subgid] = await Promise.all(
    ['/etc/subuid', '/etc/subgid'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const uids = subordinateRange(subuid!, { name, id: uid });
  const gids = subordinateRange(subgid!, { name, id: uid });
  if (!uids || !gids) return undefined;
  return {
    uids: [{ inside: 0, outside: uid, count: 1 }, uids],
    gids: [{ inside: 0, outside: gid, count: 1 }, gids],
  };
}
