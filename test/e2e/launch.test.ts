import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const platform = `-${process.platform}-${process.arch}`;
const locked = Object.keys(manifest.optionalDependencies).find((name) => name.endsWith(platform));

let clone: string;
let outside: string;

/** A clone in which all is installed and built; its program prints where it runs, and by what command it can be run again. */
beforeEach(async () => {
  outside = await realpath(await mkdtemp(join(tmpdir(), 'waldojo-launch-')));
  clone = join(outside, 'a clone');
  await write('package.json', JSON.stringify(manifest));
  await cp(join(root, 'src/launch.js'), join(clone, 'src/launch.js'));
  await write('package-lock.json', '{}');
  await write('node_modules/.package-lock.json', '{}');
  await write('dist/main.js', 'console.log(JSON.stringify([process.cwd(), process.env.WALDOJO_COMMAND]));');
});
afterEach(() => rm(outside, { recursive: true }));

async function write(path: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(join(clone, path, '..'), { recursive: true });
  await writeFile(join(clone, path), text, { mode });
}

async function launch(env: NodeJS.ProcessEnv, cwd = clone) {
  const argv = [join(clone, 'src/launch.js'), 'start', 'one', 'two'];
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, argv, { cwd, env, timeout: 20_000 });
    return { status: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, stdout, stderr };
  }
}

describe.skipIf(!locked)('where Node is too old', () => {
  /** Makes it so: the program asks for one that there is not. */
  beforeEach(() => write('package.json', JSON.stringify({ ...manifest, engines: { node: '>=99.1' } })));
  const inPackage = `node_modules/${locked}/bin/node`;

  it('takes the locked one, without a link that leads to it', async () => {
    await write(inPackage, '#!/bin/sh\nshift\necho "locked $@"\n', 0o755);
    expect(await launch({ PATH: process.env.PATH })).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^locked /),
    });
  });

  it.each([
    [
      'wants a library that is not there',
      '#!/bin/sh\necho "libatomic.so.1: cannot open" >&2\nexit 127\n',
      0o755,
      /libatomic/,
    ],
    ['is of another machine', 'ELF', 0o755, /does not run here: \S/],
    ['may not be run', '#!/bin/sh\n', 0o644, /does not run here: .*EACCES/],
    ['ends without a word', '#!/bin/sh\nexit 4\n', 0o755, /it ends with status 4/],
  ])('says in place of using one that %s what is needed, and why', async (_, text, mode, why) => {
    await write(inPackage, text, mode);
    const { status, stdout, stderr } = await launch({ PATH: process.env.PATH });
    expect(stderr).toMatch(/^waldojo: Node\.js 99\.1 or newer is needed, this is [\d.]+\. See https:/);
    expect(stderr).toMatch(why);
    expect([status, stdout]).toEqual([3, '']);
  });

  it('says what is needed where there is none', async () => {
    expect(await launch({ PATH: process.env.PATH })).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/is needed/),
    });
  });
});

describe('stands where the person stands', () => {
  const there = async (env: NodeJS.ProcessEnv, cwd?: string) => {
    const { status, stdout, stderr } = await launch({ PATH: process.env.PATH, ...env }, cwd);
    expect([status, stdout]).toEqual([0, expect.any(String)]);
    return { ran: JSON.parse(stdout), stderr };
  };
  const byNpm = (from: string, of = clone) => ({ INIT_CWD: from, npm_package_json: join(of, 'package.json') });

  it('in the clone', async () => {
    expect((await there(byNpm(clone))).ran).toEqual([clone, 'npm start --']);
  });

  it('in a folder of it', async () => {
    expect((await there(byNpm(join(clone, 'src')))).ran).toEqual([join(clone, 'src'), 'npm start --']);
  });

  it('outside, by npm --prefix', async () => {
    expect((await there(byNpm(outside))).ran).toEqual([outside, `npm --prefix '${clone}' start --`]);
  });

  it('by a link to the clone', async () => {
    const link = join(outside, 'link');
    await symlink(clone, link);
    expect((await there(byNpm(join(link, 'src'), link))).ran).toEqual([join(clone, 'src'), 'npm start --']);
  });

  it('without npm, in another package’s script too', async () => {
    const command = `node '${join(clone, 'src/launch.js')}' start`;
    expect((await there({}, outside)).ran).toEqual([outside, command]);
    await writeFile(join(outside, 'package.json'), '{}');
    expect((await there(byNpm(tmpdir(), outside), outside)).ran).toEqual([outside, command]);
  });

  it('and says so where that folder is gone', async () => {
    const { ran, stderr } = await there(byNpm(join(outside, 'gone')));
    expect(ran).toEqual([clone, 'npm start --']);
    expect(stderr).toMatch(/gone cannot be entered/);
  });
});
