import { lstat, mkdtemp, readdir, readlink, rename, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeLabDirectory } from '../../../src/lab/local/memory.ts';
import { probeLocal } from '../../../src/lab/local/probe.ts';
import { discard, inStore, prepareStore } from '../../../src/lab/local/store.ts';
import { sweepStore } from '../../../src/lab/local/sweep.ts';

const TMPFS = 0x01021994;
const probe = await probeLocal();
/** The rest of these tests holds on any machine; these need one whose root has memory to spare. */
const hasRoom =
  process.geteuid?.() === 0 &&
  process.availableMemory() > 3 * 2 ** 30 &&
  (await statfs('/dev/shm').then(
    ({ type, bavail, bsize }) => type === TMPFS && bavail * bsize > 3 * 2 ** 30,
    () => false,
  ));

describe.skipIf(!probe.ok)('the directory of a lab', () => {
  let data: string;
  const inMemory = async () => (await readdir('/dev/shm')).filter((name) => name.startsWith('waldojo-unit-'));
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'waldojo-test-'));
    process.env.WALDOJO_DATA = data;
    await prepareStore();
  });
  afterEach(async () => {
    delete process.env.WALDOJO_DATA;
    await rm(data, { recursive: true });
  });

  it('is on the disk where the lab is to be kept', async () => {
    await makeLabDirectory('unit-kept', true);
    expect((await lstat(inStore('labs/unit-kept'))).isDirectory()).toBe(true);
  });

  it.runIf(hasRoom)(
    'is in memory where it ends with its program, closed to others, and goes with its name',
    async () => {
      await makeLabDirectory('unit-a', false);
      const path = await readlink(inStore('labs/unit-a'));
      expect((await statfs(path)).type).toBe(TMPFS);
      expect((await lstat(path)).mode & 0o777).toBe(0o700);
      expect(await readdir(path)).toEqual([]);
      await discard('labs', 'unit-a');
      expect(await readdir(inStore('labs'))).toEqual([]);
      expect(await inMemory()).toEqual([]);
    },
  );

  it.runIf(hasRoom)('is swept, and what it leads to, where its removal was cut short', async () => {
    await makeLabDirectory('unit-b', false);
    await rename(inStore('labs/unit-b'), inStore('labs/.unit-b-000000~1:1'));
    await sweepStore();
    expect(await readdir(inStore('labs'))).toEqual([]);
    expect(await inMemory()).toEqual([]);
  });
});
