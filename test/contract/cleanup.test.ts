import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { Runtime } from '../../src/lab/lab.ts';
import { storeDirectory } from '../../src/lab/local/store.ts';
import { poll } from '../../src/util/poll.ts';
import { forEachRuntime, sh, specOf } from './runtimes.ts';

/** What is left of a lab on this machine; `marker` stands in the arguments of a process that runs in it. */
async function remainsOf(runtime: Runtime, id: string, marker: string): Promise<string[]> {
  const records = (await runtime.labs()).filter((lab) => lab.id === id).map(() => `listed: ${id}`);
  return [...records, ...processesWith(marker), ...mountsOf(id), ...(await storedOf(runtime, id))];
}

const readProc = (pid: string, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
};
const pids = (): string[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name));

const processesWith = (marker: string): string[] =>
  pids()
    .filter((pid) => readProc(pid, 'cmdline').includes(marker))
    .map((pid) => `process: ${readProc(pid, 'cmdline').replaceAll('\0', ' ')}`);

const mountsOf = (id: string): string[] =>
  pids()
    .filter((pid) => readProc(pid, 'mountinfo').includes(id))
    .map((pid) => `mount, seen by ${readProc(pid, 'comm').trim()}`);

async function storedOf(runtime: Runtime, id: string): Promise<string[]> {
  if (runtime.name === 'local') {
    const places = [join(storeDirectory(), 'labs'), '/dev/shm', tmpdir()];
    return places.flatMap((place) => readdirSync(place)).filter((name) => name.includes(id));
  }
  const filter = ['--filter', `label=waldojo.lab=${id}`];
  const kinds = [
    ['ps', '-aq'],
    ['network', 'ls', '-q'],
    ['volume', 'ls', '-q'],
    ['images', '-aq'],
  ];
  const found = await Promise.all(kinds.map((kind) => execa('docker', [...kind, ...filter], { reject: false })));
  return found.flatMap(({ stdout }) => (stdout ? stdout.split('\n') : []));
}

const newMarker = (): string => `4${String(Math.random()).slice(2, 9)}`;

/** Another program, which makes a lab and a copy of it, and in each starts a process that is told by its marker. */
async function startOwner(runtime: Runtime, keep: boolean, marker: string) {
  const program = spawn(process.execPath, [join(import.meta.dirname, 'owner.ts'), runtime.name, String(keep), marker], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: program.stdout }), 'line')) as [string];
  const [id, copy] = line.split(' ') as [string, string];
  return { program, id, copy };
}

forEachRuntime((runtime) => {
  describe('a lab that is removed', () => {
    it('leaves nothing: no process, mount or disk', async () => {
      const lab = await runtime.create(specOf({ keep: true }));
      const marker = newMarker();
      await sh(lab, `setsid -f sleep ${marker} >/dev/null 2>&1 </dev/null`);
      await lab.snapshot();
      await lab.openTerminal(['bash'], { user: 'student', columns: 80, rows: 24 });
      expect(processesWith(marker)).toHaveLength(1);
      await lab.remove();
      expect(await remainsOf(runtime, lab.id, marker)).toEqual([]);
    });

    it('leaves nothing when it is removed by its id, running or stopped', async () => {
      for (const stopped of [false, true]) {
        const lab = await runtime.create(specOf({ keep: true }));
        if (stopped) await lab.stop();
        await runtime.removeLab(lab.id);
        expect(await remainsOf(runtime, lab.id, lab.id)).toEqual([]);
      }
    });
  });

  describe('the lab of a program that is killed with SIGKILL', () => {
    it('is gone after a sweep, if it was not to be kept, and its snapshot and a copy of it too', async () => {
      const marker = newMarker();
      const { program, id, copy } = await startOwner(runtime, false, marker);
      expect(processesWith(marker)).not.toEqual([]);
      program.kill('SIGKILL');
      await once(program, 'exit');
      await runtime.sweep();
      expect(await remainsOf(runtime, id, marker)).toEqual([]);
      expect(await remainsOf(runtime, copy, marker)).toEqual([]);
    });

    it('is stopped by a sweep, if it was to be kept, and can be resumed', async () => {
      const marker = newMarker();
      const { program, id } = await startOwner(runtime, true, marker);
      program.kill('SIGKILL');
      await once(program, 'exit');
      await runtime.sweep();
      expect(processesWith(marker)).toEqual([]);
      expect((await runtime.labs()).find((lab) => lab.id === id)).toMatchObject({
        running: false,
        owned: false,
        keep: true,
      });
      const lab = await runtime.resume(id);
      expect(await sh(lab, `cat /srv/${marker}; psql -XAtc 'SELECT 1'`, 'student')).toBe('written\n1');
      await lab.remove();
      expect(await remainsOf(runtime, id, marker)).toEqual([]);
    });

    it('is in use as long as that program lives: no sweep touches it, nobody else resumes it', async () => {
      const marker = newMarker();
      const { program, id } = await startOwner(runtime, false, marker);
      await runtime.sweep();
      expect(processesWith(marker)).not.toEqual([]);
      await expect(runtime.resume(id)).rejects.toMatchObject({ code: 'lab-in-use' });
      program.kill('SIGKILL');
      await once(program, 'exit');
      await runtime.sweep();
    });

    it.runIf(runtime.name === 'local')('ends by itself, without any sweep, and its mounts with it', async () => {
      const marker = newMarker();
      const { program, id } = await startOwner(runtime, true, marker);
      expect(mountsOf(id)).not.toEqual([]);
      program.kill('SIGKILL');
      const left = await poll(
        async () => [...processesWith(marker), ...mountsOf(id)],
        (found) => found.length === 0,
        { within: 20_000 },
      );
      expect(left).toEqual([]);
      await runtime.sweep();
      await runtime.removeLab(id);
    });
  });
});
