import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  lchown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeTarball } from '../../../src/lab/images.ts';
import { ownDirectory, readBounded, sweepTemporaries, writeWhole } from '../../../src/util/files.ts';
import { ownerOf } from '../../../src/util/owner.ts';
import { replaceFile } from '../../../src/validate/replace-file.ts';
import { openReportFile } from '../../../src/validate/report/file.ts';
import { leftOut } from '../../leave-out.ts';

const isRoot = process.getuid?.() === 0;
const whyNot = isRoot ? undefined : 'only root can make what another user has made';
/** Somebody else, whom this machine need not know. */
const OTHER = 54_321;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waldojo-files-'));
});
afterEach(() => rm(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

describe('reading', () => {
  it('gives what a file says, also one that says nothing of its size', async () => {
    await writeFile(at('file'), 'x'.repeat(100_000));
    expect(String(await readBounded(at('file'), { limit: 100_000 }))).toBe('x'.repeat(100_000));
    expect((await readBounded('/proc/self/status', { limit: 100_000 })).length).toBeGreaterThan(100);
  });

  it('ends at once, and says why, at all that is no file or has no end', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    await writeFile(at('large'), '');
    await truncate(at('large'), 1e12);
    await symlink('large', at('link'));
    await symlink('/dev/zero', at('endless'));
    const socket = createServer().listen(at('socket'));
    await once(socket, 'listening');
    const says = async (name: string, follow = false) =>
      readBounded(at(name), { limit: 1e6, follow }).then(
        () => 'read',
        (error) => error.message,
      );
    expect(await says('pipe')).toBe('it is a pipe');
    expect(await says('.')).toBe('it is a directory');
    expect(await says('large')).toBe('it is larger than 1 MB');
    expect(await says('link')).toBe('it is a symbolic link');
    expect(await says('link', true)).toBe('it is larger than 1 MB');
    expect(await says('endless', true)).toBe('it is a device');
    expect(await says('socket')).toBe('it is a socket');
    expect(await says('none')).toMatch('ENOENT');
    socket.close();
  });
});

describe('writing', () => {
  it('leaves what was there, and nothing else, where it fails', async () => {
    await writeFile(at('file'), 'before');
    const failures = [
      () =>
        writeWhole(at('file'), async (file) => {
          await file.writeFile('half');
          throw new Error('no space');
        }),
      () => writeWhole(at('file'), 'all', { ready: () => Promise.reject(new Error('no')) }),
      () =>
        writeTarball(at('file'), Readable.from([Buffer.from('half')]), () => Promise.reject(new Error('tar failed'))),
      () => writeTarball(at('file'), failing()),
    ];
    for (const failure of failures) await expect(failure()).rejects.toThrow();
    expect(await readFile(at('file'), 'utf8')).toBe('before');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('clears away what we had begun and were killed over, and nothing that is of use to anybody', async () => {
    const name = (owner: string) => `.file.${owner.replace(':', '-')}.0123456789abcdef.part`;
    const living = name(ownerOf(process.ppid));
    const kept = [living, '.file.part', 'file.4194304-1.0123456789abcdef.part'];
    for (const each of [name('4194304:1'), ...kept]) await writeFile(at(each), '');
    await writeWhole(at('file'), 'text');
    expect((await readdir(folder)).sort()).toEqual([...kept, 'file'].sort());
  });

  it.skipIf(whyNot)(`leaves the unfinished files of others to them${leftOut(whyNot)}`, async () => {
    const theirs = '.file.4194304-1.0123456789abcdef.part';
    await writeFile(at(theirs), '');
    await chown(at(theirs), OTHER, OTHER);
    await sweepTemporaries(folder);
    expect(await readdir(folder)).toEqual([theirs]);
  });
});

/** Whatever writes a file in a folder that may not be ours alone. */
const WRITERS: [string, (path: string) => Promise<unknown>][] = [
  ['a document that is brought up to date', (path) => replaceFile(path, 'before', 'after')],
  ['a report', async (path) => (await openReportFile(path)).save()],
  ['an image that is exported', (path) => writeTarball(path, Readable.from([Buffer.from('after')]))],
  ['what we keep', (path) => writeWhole(path, 'after')],
];

describe.skipIf(whyNot)(`in a folder of somebody who wishes us ill${leftOut(whyNot)}`, () => {
  let victim: string;
  beforeEach(async () => {
    victim = await mkdtemp(join(tmpdir(), 'waldojo-victim-'));
    await writeFile(join(victim, 'secret'), 'before', { mode: 0o600 });
    await chown(folder, OTHER, OTHER);
  });
  afterEach(() => rm(victim, { recursive: true }));

  /** A link that they made. */
  const plant = async (name: string) => {
    await symlink(join(victim, 'secret'), at(name));
    await lchown(at(name), OTHER, OTHER);
  };
  const expectUnharmed = async () => {
    expect(await readFile(join(victim, 'secret'), 'utf8')).toBe('before');
    expect(await lstat(join(victim, 'secret'))).toMatchObject({ uid: 0, gid: 0, mode: 0o100600 });
    expect(await readdir(victim)).toEqual(['secret']);
  };

  it.each(WRITERS)('%s is written through no link, by whatever name one was planted', async (_, write) => {
    await writeFile(at('file'), 'before', { mode: 0o664 });
    await chown(at('file'), OTHER, OTHER);
    const guesses = ['file.part', 'file.new', '.file.part', `file.${process.pid}`, `.file.${process.pid}`];
    const pids = [`file.${process.pid}.part`, `.file.${ownerOf().replace(':', '-')}.part`];
    for (const name of [...guesses, ...pids]) await plant(name);
    await write(at('file'));
    await expectUnharmed();
    expect((await lstat(at('file'))).isFile()).toBe(true);
  });

  it.each(WRITERS)('%s in the place of a link harms nothing', async (_, write) => {
    await plant('file');
    await write(at('file')).catch((error) => expect(error.message).toMatch('symbolic link that another user made'));
    await expectUnharmed();
  });

  it('a document stays theirs, with its mode', async () => {
    await writeFile(at('file'), 'before');
    await chmod(at('file'), 0o664);
    await chown(at('file'), OTHER, OTHER);
    await replaceFile(at('file'), 'before', 'after');
    expect(await lstat(at('file'))).toMatchObject({ uid: OTHER, gid: OTHER, mode: 0o100664 });
    // Also behind a link of theirs to a file of theirs.
    await symlink('file', at('link'));
    await lchown(at('link'), OTHER, OTHER);
    await replaceFile(at('link'), 'after', 'again');
    expect([await readlink(at('link')), await readFile(at('file'), 'utf8')]).toEqual(['file', 'again']);
  });

  it('a directory of ours is one that we made, and is closed to them', async () => {
    const refused = (path: string) => expect(ownDirectory(path)).rejects;
    await refused(at('.')).toMatchObject({ code: 'not-ours', hint: expect.stringContaining('sudo -H') });
    await refused(at('home/new')).toMatchObject({ message: expect.stringContaining(`${folder} belongs to user`) });
    expect(await readdir(folder)).toEqual([]);
    await plant('link');
    await symlink(victim, at('directory'));
    for (const name of ['link', 'directory']) await refused(at(name)).toMatchObject({ code: 'not-ours' });
    await expectUnharmed();
  });
});

describe('a directory of ours', () => {
  it('is made for us alone, with all above it, and closed where it was open', async () => {
    await ownDirectory(at('a/b'));
    await ownDirectory(at('a/b'));
    await mkdir(at('open'));
    await chmod(at('open'), 0o777);
    await ownDirectory(at('open'));
    for (const name of ['a', 'a/b', 'open']) expect((await lstat(at(name))).mode & 0o777).toBe(0o700);
    // Others may add to such a directory, and change nothing in it.
    await chmod(at('open'), 0o1777);
    await ownDirectory(at('open'));
    expect((await lstat(at('open'))).mode & 0o7777).toBe(0o1777);
  });

  it('is no file, and nothing that cannot be made', async () => {
    await writeFile(at('file'), '');
    await expect(ownDirectory(at('file'))).rejects.toMatchObject({ code: 'not-ours' });
    await expect(ownDirectory('/proc/waldojo/state')).rejects.toThrow(/ENOENT/);
  });
});

describe('a document that was changed while it was being worked on', () => {
  it.each<[string, (path: string) => Promise<void>]>([
    ['has other words', (path) => writeFile(path, 'other')],
    ['has become a pipe', (path) => rm(path).then(() => void execFileSync('mkfifo', [path]))],
    ['has gone', (path) => rm(path)],
  ])('is left as it is where it %s', async (_, change) => {
    await writeFile(at('file'), 'before');
    await change(at('file'));
    const found = await lstat(at('file')).catch(() => undefined);
    await expect(replaceFile(at('file'), 'before', 'after')).rejects.toThrow();
    expect((await lstat(at('file')).catch(() => undefined))?.ino).toBe(found?.ino);
  });
});

async function* failing(): AsyncGenerator<Buffer> {
  yield Buffer.from('half');
  throw new Error('the engine has gone');
}
