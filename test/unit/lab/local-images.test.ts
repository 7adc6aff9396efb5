import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mirrorIn } from '../../../src/lab/debian-mirror.ts';
import { buildRootfs, findRootfs, recipeHash } from '../../../src/lab/images.ts';
import { withLock } from '../../../src/lab/lock.ts';
import { rootfsProgress } from '../../../src/lab/rootfs-progress.ts';
import { MAJORS } from '../../../src/model/topology.ts';
import { whyNotWith } from '../../contract/runtimes.ts';
import { leftOut } from '../../leave-out.ts';

const processesWith = (argument: string): string[] =>
  spawnSync('pgrep', ['-af', `sleep ${argument}`])
    .stdout.toString()
    .split('\n')
    .filter((line) => /^\d+ sleep/.test(line));

describe('the mirror of this machine', () => {
  it.each([
    ['one-line', 'deb http://ftp.de.debian.org/debian bookworm main\n', 'http://ftp.de.debian.org/debian'],
    [
      'one-line with options',
      'deb [arch=amd64 signed-by=/x] https://m.example/debian/ trixie main',
      'https://m.example/debian',
    ],
    ['deb822', 'Types: deb\nURIs: http://deb.debian.org/debian\nSuites: trixie\n', 'http://deb.debian.org/debian'],
    [
      'after others',
      '# deb http://no.example/debian x main\ndeb http://security.debian.org/debian-security x main\ndeb http://a.example/debian x main',
      'http://a.example/debian',
    ],
    ['another distribution', 'URIs: http://archive.ubuntu.com/ubuntu\n', undefined],
    ['none', '', undefined],
  ])('is read from sources: %s', (_, text, mirror) => expect(mirrorIn(text)).toBe(mirror));
});

describe('the hash of the recipe', () => {
  it('is the same each time and another for each major', async () => {
    const hashes = await Promise.all(MAJORS.map(recipeHash));
    expect(await Promise.all(MAJORS.map(recipeHash))).toEqual(hashes);
    expect(new Set(hashes).size).toBe(MAJORS.length);
    expect(hashes[0]).toMatch(/^[0-9a-f]{12}$/);
  });
});

describe('the progress of a build', () => {
  const output = [
    'I: automatically chosen mode: root',
    'I: running apt-get update...',
    'I: downloading packages with apt...',
    'I: extracting archives...',
    'I: installing essential packages...',
    `I: running --customize-hook in shell: sh -c 'chroot "$1" bash /tmp/waldojo/setup.sh 17' exec /tmp/x`,
    ...Array.from(
      { length: 200 },
      (_, i) => `${i % 2 ? 'Setting up' : 'Unpacking'} libpq${i}:amd64 (17.11-0+deb13u1) ...`,
    ),
    'Making the clusters',
    'I: creating tarball...',
  ];

  it('names what is done and never goes back', () => {
    const progress = rootfsProgress('trixie');
    const steps = output.map(progress).filter((step) => step !== undefined);
    expect(steps[0]).toEqual({ text: 'Reading the package lists', fraction: 0.02 });
    expect(steps[1]?.text).toBe('Downloading Debian trixie');
    expect(steps.map(({ text }) => text)).toContain('Setting up libpq1');
    const fractions = steps.map(({ fraction }) => fraction!);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBeLessThan(1);
  });
});

describe('work under a lock', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'waldojo-lock-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is done by one at a time; who waits is told', async () => {
    const file = join(directory, 'lock');
    const events: string[] = [];
    const [begun, waiting] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const work = (name: string, until?: Promise<void>) =>
      withLock(
        file,
        () => {
          events.push(`${name} waits`);
          waiting.resolve();
        },
        undefined,
        async () => {
          events.push(`${name} begins`);
          begun.resolve();
          await until;
          events.push(`${name} ends`);
        },
      );
    const first = work('first', waiting.promise);
    await begun.promise;
    await Promise.all([first, work('second')]);
    expect(events).toEqual(['first begins', 'second waits', 'first ends', 'second begins', 'second ends']);
  });

  it('takes over the lock of a program that has died, but not that of one that lives', async () => {
    const file = join(directory, 'lock');
    await writeFile(file, '4194304:1');
    expect(
      await withLock(
        file,
        () => {},
        undefined,
        () => readFile(file, 'utf8'),
      ),
    ).toMatch(`${process.pid}:`);
    await writeFile(file, '1:0');
    const stop = AbortSignal.timeout(50);
    await writeFile(file, (await import('../../../src/lab/ids.ts')).ownerOf(process.ppid));
    await expect(
      withLock(
        file,
        () => {},
        stop,
        async () => 'done',
      ),
    ).rejects.toThrow();
  });

  it('gives the lock back when the work fails', async () => {
    const file = join(directory, 'lock');
    await expect(
      withLock(
        file,
        () => {},
        undefined,
        () => Promise.reject(new Error('no')),
      ),
    ).rejects.toThrow('no');
    expect(
      await withLock(
        file,
        () => {},
        undefined,
        async () => 'again',
      ),
    ).toBe('again');
  });
});

const whyNot = whyNotWith('local');
describe.skipIf(whyNot)(`a build that cannot be made${leftOut(whyNot)}`, () => {
  let data = '';
  const before = { ...process.env };
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'waldojo-build-'));
    process.env.WALDOJO_DATA = data;
  });
  afterEach(async () => {
    process.env = { ...before };
    await rm(data, { recursive: true });
  });

  /** Stands in for mmdebstrap. */
  async function fake(script: string): Promise<void> {
    await writeFile(join(data, 'mmdebstrap'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    process.env.PATH = `${data}:/usr/bin:/bin`;
  }

  it('says that mmdebstrap is missing, and which package has it', async () => {
    process.env.PATH = data;
    await expect(buildRootfs(17, () => {})).rejects.toMatchObject({
      ...{ code: 'mmdebstrap-missing', exit: 3, packages: ['mmdebstrap'], hint: 'sudo apt-get install mmdebstrap' },
    });
  });

  it('shows the last lines of the log, says where all of it is, and leaves no half image', async () => {
    await fake(
      'seq 100; echo "E: it broke" >&2; for a; do case $a in *.part) touch "$a";; esac; done; cat /dev/null; exit 25',
    );
    const failure = await buildRootfs(17, () => {}).catch((error) => error);
    expect(failure).toMatchObject({ code: 'image-build-failed', exit: 3 });
    expect(failure.message).toMatch(/99\n100[\s\S]*E: it broke/);
    expect(failure.message).not.toMatch(/\n50\n/);
    const [, log] = /in (\S+)$/.exec(failure.hint)!;
    expect(await readFile(log!.replace('~', process.env.HOME ?? ''), 'utf8')).toMatch(/^1\n2\n[\s\S]*it broke/);
    expect(await findRootfs(17)).toBeUndefined();
  });

  it('has its own sentence for a full disk', async () => {
    await fake('echo "tar: write error: No space left on device" >&2; exit 1');
    await expect(buildRootfs(17, () => {})).rejects.toMatchObject({ code: 'disk-full', exit: 3 });
  });

  it('ends when it is aborted, and throws the reason', async () => {
    await fake('exec sleep 60');
    await expect(buildRootfs(17, () => {}, AbortSignal.timeout(100))).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('leaves nothing but its log where its program is killed, and does not go on alone', async () => {
    const temporary = join(data, 'temporary');
    await mkdir(temporary);
    await fake(
      `for last; do case $last in *.part) echo half >"$last";; esac; done; mkdir "$TMPDIR/root"; touch "$WALDOJO_DATA/begun"; exec sleep 60.${process.pid}`,
    );
    // A program of its own, also for what it is told by the environment.
    const does = (call: string) => {
      const module = JSON.stringify(join(import.meta.dirname, '../../../src/lab/images.ts'));
      const program = `const images = await import(${module}); await images.${call};`;
      const env = { ...process.env, TMPDIR: temporary };
      return spawn(process.execPath, ['--input-type=module', '-e', program], { env, stdio: 'ignore' });
    };
    const child = does('buildRootfs(17, () => {})');
    await expect.poll(() => readdir(data), { timeout: 20_000 }).toContain('begun');
    expect((await readdir(join(data, 'images'))).length).toBe(3);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect.poll(() => processesWith(`60.${process.pid}`)).toEqual([]);
    expect(await once(does('sweepImages()'), 'exit')).toEqual([0, null]);
    expect(await readdir(join(data, 'images'))).toEqual(['postgres-17.log']);
    expect(await readdir(temporary)).toEqual([]);
  });

  it('is made once, by whoever comes first', async () => {
    await fake(
      'for last; do case $last in *.part) out=$last;; esac; done; echo run >>"$WALDOJO_DATA/runs"; sleep 0.1; echo x >"$out"',
    );
    const tarballs = await Promise.all([
      buildRootfs(17, () => {}),
      buildRootfs(17, () => {}),
      buildRootfs(17, () => {}),
    ]);
    expect(new Set(tarballs).size).toBe(1);
    expect(await readFile(join(data, 'runs'), 'utf8')).toBe('run\n');
    expect(await findRootfs(17)).toBe(tarballs[0]);
  });
});
