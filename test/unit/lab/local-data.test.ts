import { spawnSync } from 'node:child_process';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { probeLocal } from '../../../src/lab/local/probe.ts';
import { leftOut } from '../../leave-out.ts';

const root = mkdtempSync(join(tmpdir(), 'waldojo-data-'));
writeFileSync(join(root, 'file'), '');
symlinkSync('loop', join(root, 'loop'));

async function expectBlamed(directory: string, why: RegExp): Promise<void> {
  vi.stubEnv('WALDOJO_DATA', directory);
  const probe = await probeLocal();
  vi.unstubAllEnvs();
  expect(probe).toMatchObject({ ok: false, remedy: expect.stringContaining('WALDOJO_DATA') });
  if (!probe.ok) expect(probe.reason).toMatch(why);
}

test.each([
  ['is a file', join(root, 'file')],
  ['is below a file', join(root, 'file/below')],
  ['is a circle of links', join(root, 'loop/below')],
  ['has a long name', join(root, 'x'.repeat(300))],
])('a data directory that %s is blamed, and not the kernel', (_, directory) =>
  expectBlamed(directory, /cannot be (kept|made)|is a|not a directory|symbolic link/i),
);

const readOnly = mkdtempSync(join(tmpdir(), 'waldojo-readonly-'));
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=1m', 'tmpfs', readOnly]).status === 0;
afterAll(() => void (mounted && spawnSync('umount', [readOnly])));
const why = mounted ? undefined : 'nothing can be mounted here';
test.skipIf(why)(`a data directory that is read-only is blamed${leftOut(why)}`, () =>
  expectBlamed(readOnly, /read-only/i),
);
