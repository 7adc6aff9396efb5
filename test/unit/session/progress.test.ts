import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';

// The state folder is found when the module is loaded, so each test loads it anew with a folder of its own.
let folder: string;
let progress: typeof import('../../../src/session/progress.ts');
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waldojo-progress-'));
  vi.stubEnv('XDG_STATE_HOME', folder);
  vi.resetModules();
  progress = await import('../../../src/session/progress.ts');
});
const file = () => join(folder, 'waldojo/progress.json');
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

  it.each(['{"version":1,"scen', '[]', '{"version":9,"scenarios":{}}', ''])(
    'sets a damaged file aside and says so: %j',
    async (text) => {
      await progress.updateProgress(() => {});
      await writeFile(file(), text);
      const { progress: read, warning } = await progress.readProgress();
      expect(read.scenarios).toEqual({});
      expect(warning).toMatch(/damaged.*set aside as .*progress\.json\.damaged-/);
      const aside = (await readdir(join(folder, 'waldojo'))).find((name) => name.includes('damaged'));
      expect(await readFile(join(folder, 'waldojo', aside!), 'utf8')).toBe(text);
    },
  );

  it('keeps what was saved before when it cannot be written', async () => {
    await progress.updateProgress(({ scenarios }) => {
      scenarios.example = entry;
    });
    // A folder in the place of the temporary file stands for any failing write, such as a full disk.
    const { mkdir } = await import('node:fs/promises');
    await mkdir(`${file()}.${process.pid}`);
    await expect(
      progress.updateProgress(({ scenarios }) => {
        delete scenarios.example;
      }),
    ).rejects.toMatchObject({ code: 'progress-not-saved' });
    expect((await progress.readProgress()).progress.scenarios).toEqual({ example: entry });
  });
});
