import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { listScenarios } from '../../../src/scenario/load.ts';
import { EXIT } from '../../../src/util/user-error.ts';
import { changedSince } from '../../../src/validate/changed.ts';
import { whyNotWithout } from '../../leave-out.ts';

const made: string[] = [];
let root: string;

const noGit = whyNotWithout('git');
beforeEach(async ({ skip }) => {
  skip(noGit !== undefined, noGit);
  root = await repository();
});
afterAll(() => Promise.all(made.map((path) => rm(path, { recursive: true }))));

async function folder(): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'waldojo-changed-')));
  made.push(path);
  return path;
}

/** With the scenarios one, one-more and two, the program, and a branch main; checked out is a branch that left it. */
async function repository(): Promise<string> {
  const path = await folder();
  await git(path, 'init', '-q', '-b', 'main');
  const files = ['one', 'one-more', 'two'].flatMap((id) => [`scenarios/${id}/scenario.md`, `scenarios/${id}/data.sql`]);
  await write(path, ...files, 'README.md', 'test/a.test.ts', 'src/main.ts', 'lab-images/a/setup.sh', 'package.json');
  await write(path, '.gitignore:*.log\n');
  await commit(path);
  await git(path, 'checkout', '-q', '-b', 'topic');
  return path;
}

const git = (path: string, ...args: string[]) =>
  promisify(execFile)('git', ['-C', path, '-c', 'user.name=A', '-c', 'user.email=a@b', ...args]);

async function commit(path: string): Promise<void> {
  await git(path, 'add', '-A');
  await git(path, 'commit', '-q', '-m', 'A change');
}

/** Writes `path`, or `path:text`. */
async function write(at: string, ...files: string[]): Promise<void> {
  for (const file of files) {
    const [path, text = `${Math.random()}`] = file.split(':') as [string, string?];
    await mkdir(dirname(join(at, path)), { recursive: true });
    await writeFile(join(at, path), text);
  }
}

async function changed(ref = 'main', { program = root, scenarios = join(root, 'scenarios') } = {}): Promise<string[]> {
  return (await changedSince(ref, await listScenarios(scenarios), undefined, program)).map(({ id }) => id);
}

it('nothing has changed at first, nor after what a verdict does not depend on', async () => {
  expect(await changed()).toEqual([]);
  await write(root, 'README.md', 'test/a.test.ts', 'docs/new.md', 'scenarios/README.md', 'scenarios/one/noise.log');
  expect(await changed()).toEqual([]);
});

it.each([
  ['committed', async () => commit(root)],
  ['staged', async () => git(root, 'add', '-A')],
  ['only written', async () => {}],
])('sees a file that was %s', async (_, after) => {
  await write(root, 'scenarios/one/scenario.md');
  await after();
  expect(await changed()).toEqual(['one']);
});

it('sees a file that is new, was removed, or was moved from one scenario to another', async () => {
  await write(root, 'scenarios/one/sub/ü new.sql');
  expect(await changed()).toEqual(['one']);
  await rm(join(root, 'scenarios/one-more/data.sql'));
  expect(await changed()).toEqual(['one', 'one-more']);
  await rm(join(root, 'scenarios/one/sub'), { recursive: true });
  await git(root, 'checkout', '-q', '.');
  await rename(join(root, 'scenarios/one/data.sql'), join(root, 'scenarios/two/moved.sql'));
  await commit(root);
  expect(await changed()).toEqual(['one', 'two']);
});

it('does not count what the other branch has done since', async () => {
  await write(root, 'scenarios/two/scenario.md');
  await commit(root);
  await git(root, 'checkout', '-q', 'main');
  await write(root, 'scenarios/one/scenario.md', 'src/main.ts');
  await commit(root);
  await git(root, 'checkout', '-q', 'topic');
  expect(await changed('main')).toEqual(['two']);
  expect(await changed('HEAD')).toEqual([]);
});

it.each(['src/main.ts', 'src/new/file.ts', 'lab-images/a/setup.sh', 'package.json', 'package-lock.json'])(
  'takes all when %s has changed',
  async (file) => {
    await write(root, file);
    expect(await changed()).toEqual(['one', 'one-more', 'two']);
  },
);

it('looks at scenarios in their own repository, of which the program is no part', async () => {
  const other = await repository();
  await write(root, 'src/main.ts', 'scenarios/one/scenario.md');
  await write(other, 'src/main.ts', 'scenarios/two/scenario.md');
  const scenarios = join(other, 'scenarios');
  expect(await changed('main', { scenarios })).toEqual(['two']);
  expect(await changed('main', { scenarios, program: await folder() })).toEqual(['two']);
});

it('finds the way through a symbolic link, and does so in a hook of another repository', async () => {
  const link = join(await folder(), 'lessons');
  await symlink(join(root, 'scenarios'), link);
  await write(root, 'scenarios/one/data.sql');
  process.env.GIT_DIR = join(await repository(), '.git');
  try {
    expect(await changed('main', { scenarios: link })).toEqual(['one']);
  } finally {
    delete process.env.GIT_DIR;
  }
});

describe('says in plain words', () => {
  it.each(['no-such-branch', '--all', ''])('that there is no commit %j', async (ref) => {
    await expect(changed(ref)).rejects.toMatchObject({
      message: `It cannot be told what has changed: git knows no commit “${ref}” in ${root}.`,
      exit: EXIT.usage,
    });
  });

  it('that a folder is in no git repository', async () => {
    const scenarios = await folder();
    await write(scenarios, 'lone/scenario.md');
    await expect(changed('main', { scenarios })).rejects.toMatchObject({
      message: expect.stringContaining('lone is in no git repository.'),
      exit: EXIT.usage,
    });
  });

  it('that two branches have nothing in common', async () => {
    await git(root, 'checkout', '-q', '--orphan', 'lone');
    await write(root, 'README.md');
    await commit(root);
    await expect(changed()).rejects.toMatchObject({
      message: expect.stringContaining('no commit in common'),
      hint: expect.stringContaining('git fetch --unshallow'),
      exit: EXIT.usage,
    });
  });

  it('that there is no git', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nonexistent';
    try {
      await expect(changed()).rejects.toMatchObject({ code: 'no-git', exit: EXIT.environment });
    } finally {
      process.env.PATH = path;
    }
  });
});
