import { chown, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { createLocalRuntime } from '../../src/lab/local/runtime.ts';
import { leftOut } from '../leave-out.ts';
import { ordinaryUser } from '../ordinary-user.ts';
import { major } from './runtimes.ts';

const { user, why } = ordinaryUser();
const root = join(import.meta.dirname, '../..');
/** Its own, kept from one time to the next: an image belongs to the ids that it was unpacked for. */
const data = `/var/tmp/waldojo-test-${user?.name}`;
const suites = ['lab', 'terminal', 'snapshot', 'cleanup', 'isolation'];

describe.skipIf(!user)(`local, as the ordinary user ${user?.name ?? ''}${leftOut(why)}`, () => {
  const as = (command: string[], env: Record<string, string> = {}) =>
    execa('runuser', ['-u', user!.name, '--', ...command], {
      cwd: root,
      reject: false,
      all: true,
      env: { NO_COLOR: '1', HOME: data, WALDOJO_DATA: data, WALDOJO_TEST_MAJOR: String(major), ...env },
    });

  beforeAll(async () => {
    await mkdir(data, { recursive: true });
    await chown(data, user!.uid, user!.gid);
    const runtime = createLocalRuntime();
    if (!(await runtime.hasImage(major))) await runtime.buildImage(major, () => {});
    const tarball = join(data, 'image.tar');
    await runtime.exportImage(major, tarball, () => {});
    await chown(tarball, user!.uid, user!.gid);
    const { exitCode, all } = await as([process.execPath, join(import.meta.dirname, 'import-image.ts'), tarball]);
    await rm(tarball);
    expect(all && exitCode !== 0 ? all : '').toBe('');
  }, 600_000);

  it.each(suites)('passes the suite %s', { timeout: 300_000 }, async (suite) => {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    // A loader that writes nothing: the checkout is not theirs.
    const config = ['--config', 'test/vitest.config.ts', '--configLoader', 'runner', '--cache=false'];
    const run = ['run', `test/contract/${suite}.test.ts`, ...config];
    const { exitCode, all } = await as([process.execPath, vitest, ...run], {
      WALDOJO_ONLY: 'local',
      WALDOJO_REQUIRE: 'local',
    });
    expect(exitCode === 0 ? '' : all).toBe('');
  });
});
