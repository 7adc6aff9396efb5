import { execFile, execFileSync } from 'node:child_process';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listScenarios } from '../../../src/scenario/load.ts';

// The state folder is found when the module is loaded, so each test loads it anew with a folder of its own.
let folder: string;
let progress: typeof import('../../../src/session/progress.ts');
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'waldojo-progress-')));
  vi.stubEnv('XDG_STATE_HOME', folder);
  vi.resetModules();
  progress = await import('../../../src/session/progress.ts');
});
const file = () => join(folder, 'waldojo/progress.json');
const aside = async () => {
  const name = (await readdir(join(folder, 'waldojo'))).find((name) => name.includes('damaged'));
  return readFile(join(folder, 'waldojo', name!), 'utf8');
};
const entry = { started: '2026-01-01T00:00:00Z', step: 'one', steps: {} };

describe('progress', () => {
  it('is empty where nothing was begun', async () => {
    expect(await progress.readProgress()).toEqual({ progress: { version: 1, scenarios: {} } });
  });

  it('comes back as it was written', async () => {
    await progress.updateProgress(({ scenarios }) => {
      scenarios.example = entry;
    });
    expect((await progress.readProgress()).progress.scenarios).toEqual({ example: entry });
  });

  it('loses nothing when two updates are made at the same time', async () => {
    await Promise.all(
      ['a', 'b', 'c'].map((id) =>
        progress.updateProgress(({ scenarios }) => {
          scenarios[id] = entry;
        }),
      ),
    );
    expect(Object.keys((await progress.readProgress()).progress.scenarios)).toEqual(['a', 'b', 'c']);
  });

  it.each(['{"version":1,"scen', '[]', '{"version":1,"scenarios":[]}', '', 'null', '\0\0\0\0'])(
    'sets a damaged file aside and says so: %j',
    async (text) => {
      await progress.updateProgress(() => {});
      await writeFile(file(), text);
      const { progress: read, warning } = await progress.readProgress();
      expect(read.scenarios).toEqual({});
      expect(warning).toMatch(/damaged.*set aside as .*progress\.json\.damaged-/);
      expect(await aside()).toBe(text);
    },
  );

  it('loses one scenario where the file is wrong about one, and keeps what it said', async () => {
    await progress.updateProgress(() => {});
    const text = JSON.stringify({
      version: 1,
      scenarios: { good: entry, bad: { ...entry, steps: { one: 5 } }, worse: 7 },
    });
    await writeFile(file(), text);
    const { progress: read, warning } = await progress.readProgress();
    expect(Object.keys(read.scenarios)).toEqual(['good']);
    expect(warning).toMatch(/"bad", "worse"/);
    expect(await aside()).toBe(text);
    expect(await progress.readProgress()).toEqual({ progress: read });
  });

  it.each<[string, object]>([
    ['a port that is no number', { context: { programs: ['psql'], database: 'a', port: Number.NaN } }],
    ['a name without an end', { context: { programs: [], database: 'x'.repeat(100_000), port: 5432 } }],
    ['no context', {}],
  ])('forgets a terminal that cannot be opened again, and no more: %s', async (_, place) => {
    const lab = { id: 'example-1', runtime: 'local' as const, major: 17 as const, entered: ['one'] };
    const fine = { context: { programs: ['psql'], database: 'a;b', port: 5432 } };
    await progress.updateProgress(({ scenarios }) => {
      scenarios.example = { ...entry, lab: { ...lab, terminals: { shell: place as never, psql: fine } } };
    });
    const { progress: read, warning } = await progress.readProgress();
    expect(read.scenarios.example).toEqual({ ...entry, lab: { ...lab, terminals: { psql: fine } } });
    expect(warning).toBeUndefined();
  });

  it.each(['__proto__', 'constructor', 'toString', ''])('takes %j for an id like any other', async (id) => {
    expect((await progress.readProgress()).progress.scenarios[id]).toBeUndefined();
    const answers = Object.fromEntries([[id, { given: '4', right: true }]]);
    const step = { hints: 1, solution: false, answers, latched: [], done: [] };
    await progress.updateProgress(({ scenarios }) => {
      scenarios[id] = { ...entry, steps: Object.fromEntries([[id, step]]) };
    });
    const { scenarios } = (await progress.readProgress()).progress;
    expect(Object.keys(scenarios)).toEqual([id]);
    expect(Object.entries(scenarios[id]!.steps[id]!.answers)).toEqual([[id, { given: '4', right: true }]]);
  });

  it('of a newer version is left alone, and told as that', async () => {
    await progress.updateProgress(() => {});
    const text = '{"version":2,"scenarios":[]}';
    await writeFile(file(), text);
    const newer = { code: 'progress-newer', message: expect.stringMatching(/newer waldojo/) };
    await expect(progress.readProgress()).rejects.toMatchObject(newer);
    await expect(progress.updateProgress(() => {})).rejects.toMatchObject(newer);
    expect((await progress.lookAtProgress()).warning).toMatch(/newer waldojo .*XDG_STATE_HOME/);
    expect(await readFile(file(), 'utf8')).toBe(text);
  });

  it.each<[string, (path: string) => unknown, RegExp]>([
    ['a pipe', (path) => execFileSync('mkfifo', [path]), /it is a pipe\./],
    ['a directory', (path) => mkdir(path), /it is a directory\./],
    ['a device', (path) => symlink('/dev/zero', path), /it is a symbolic link\./],
    ['without an end', (path) => writeFile(path, '').then(() => truncate(path, 1e12)), /it is larger than/],
  ])('that is %s is told at once with a way out, and left alone', async (_, make, said) => {
    await progress.updateProgress(() => {});
    await rm(file());
    await make(file());
    const refused = {
      code: 'progress-unreadable',
      message: expect.stringMatching(said),
      hint: expect.stringMatching(/mv /),
    };
    await expect(progress.readProgress()).rejects.toMatchObject(refused);
    await expect(progress.updateProgress(() => {})).rejects.toMatchObject(refused);
    expect((await progress.lookAtProgress()).warning).toMatch(said);
    expect(await readdir(join(folder, 'waldojo'))).toEqual(['progress.json']);
  });

  describe('in a folder that we may not write to', () => {
    /** To root a folder is one only where it is somebody else's. */
    const close = () =>
      process.getuid?.() === 0 ? chown(join(folder, 'waldojo'), 54_321, 54_321) : chmod(join(folder, 'waldojo'), 0o500);
    afterEach(() => chmod(join(folder, 'waldojo'), 0o700));
    const begin = (): Promise<void> =>
      progress.updateProgress(({ scenarios }) => {
        scenarios.example = entry;
      });

    it('keeps what was saved before, and says that it could not be saved', async () => {
      await begin();
      await close();
      const reset = progress.updateProgress(({ scenarios }) => {
        delete scenarios.example;
      });
      await expect(reset).rejects.toMatchObject({ code: expect.stringMatching(/^(progress-not-saved|not-ours)$/) });
      expect((await progress.readProgress()).progress.scenarios).toEqual({ example: entry });
    });

    it('leaves a damaged file where it is, and says so', async () => {
      await begin();
      await writeFile(file(), '{');
      await close();
      expect((await progress.readProgress()).warning).toMatch(/damaged, and cannot be set aside: .*Nothing is saved/);
      await expect(begin()).rejects.toMatchObject({ name: 'UserError' });
      expect(await readFile(file(), 'utf8')).toBe('{');
    });
  });

  it('saves nothing that it would not understand', async () => {
    await progress.updateProgress(({ scenarios }) => {
      scenarios.example = entry;
    });
    const nonsense = progress.updateProgress(({ scenarios }) => {
      scenarios.example = { ...entry, steps: { one: 5 as never } };
    });
    await expect(nonsense).rejects.toMatchObject({ code: 'progress-not-saved' });
    expect((await progress.readProgress()).progress.scenarios).toEqual({ example: entry });
  });

  it('loses nothing when several programs save at the same time, one of which was killed over it', async () => {
    await progress.updateProgress(() => {});
    await writeFile(`${file()}.lock`, '4194304:1');
    const program = `
      const { updateProgress } = await import(${JSON.stringify(join(import.meta.dirname, '../../../src/session/progress.ts'))});
      for (let i = 0; i < 15; i++)
        await updateProgress(({ scenarios }) => { scenarios[process.argv[1] + i] = ${JSON.stringify(entry)}; });`;
    const save = (name: string) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, name], { timeout: 20_000 });
    await Promise.all(['a', 'b', 'c'].map(save));
    expect(Object.keys((await progress.readProgress()).progress.scenarios)).toHaveLength(45);
    expect(await readdir(join(folder, 'waldojo'))).toEqual(['progress.json']);
  });
});

describe('the identity of a scenario', () => {
  it('is its id where it came with the program, and its folder elsewhere, whatever that is called', async () => {
    const directory = join(folder, 'dump-and-restore');
    await mkdir(directory);
    await symlink(directory, join(folder, 'link'));
    const [ours] = await listScenarios();
    expect(await progress.progressKey(ours!)).toBe(ours!.id);
    const theirs = { id: 'dump-and-restore', directory };
    expect(await progress.progressKey(theirs)).toBe(directory);
    expect(await progress.progressKey({ ...theirs, directory: join(folder, 'link') })).toBe(directory);
  });
});
