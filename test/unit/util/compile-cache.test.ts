import { chmod, chown, lstat, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { privateDirectory } from '../../../src/util/compile-cache.ts';
import { leftOut } from '../../leave-out.ts';

let home: string;
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'waldojo-cache-')));
});
afterEach(() => rm(home, { recursive: true }));

const wanted = () => join(home, '.cache/waldojo/compiled');

/** Makes the directory as this user would find it, with one thing wrong. */
async function planted(path: string, mode: number): Promise<void> {
  await mkdir(join(home, path), { recursive: true });
  await chmod(join(home, path), mode);
}

describe('a directory for code that will be run', () => {
  it('is made where there is none, for nobody else, and is taken again', async () => {
    expect(privateDirectory(wanted())).toBe(wanted());
    expect((await lstat(wanted())).mode & 0o777).toBe(0o700);
    expect(privateDirectory(wanted())).toBe(wanted());
  });

  it.each<[string, () => Promise<void>]>([
    ['anybody could write to', () => planted('.cache/waldojo/compiled', 0o777)],
    ['its group could write to', () => planted('.cache/waldojo/compiled', 0o770)],
    ['others could look into', () => planted('.cache/waldojo/compiled', 0o755)],
    ['lies in a directory that anybody could write to', () => planted('.cache/waldojo', 0o777)],
    ['lies far below a directory that a group could write to', () => planted('.cache', 0o775)],
    ['lies in a home that anybody could write to', () => chmod(home, 0o777)],
    [
      'is a link to one that anybody could write to',
      async () => {
        await planted('theirs', 0o777);
        await mkdir(join(home, '.cache/waldojo'), { recursive: true });
        await symlink(join(home, 'theirs'), wanted());
      },
    ],
    [
      'is a link to nothing',
      async () => {
        await mkdir(join(home, '.cache/waldojo'), { recursive: true });
        await symlink(join(home, 'nothing'), wanted());
      },
    ],
    ['has a file in its way', async () => void (await import('node:fs')).writeFileSync(join(home, '.cache'), '')],
  ])('is none that %s', async (_, plant) => {
    await plant();
    expect(privateDirectory(wanted())).toBeUndefined();
  });

  const why = process.getuid?.() === 0 ? undefined : 'only root can give a directory to somebody else';
  it.skipIf(why).each(['.cache/waldojo/compiled', '.cache/waldojo', '.cache', '.'])(
    `is none where %s is another user's, and nothing is made there${leftOut(why)}`,
    async (path) => {
      await planted(path, 0o700);
      await chown(join(home, path), 12_345, 12_345);
      expect(privateDirectory(wanted())).toBeUndefined();
      if (path === '.') await expect(lstat(join(home, '.cache'))).rejects.toThrow('ENOENT');
    },
  );
});
