import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { runtime, skipped } from './docker-support.ts';

const left = async (id: string): Promise<string> => {
  const filter = ['-aq', '--filter', `label=waldojo.lab=${id}`];
  const [containers, images] = await Promise.all([
    execa('docker', ['ps', ...filter]),
    execa('docker', ['images', ...filter]),
  ]);
  return containers.stdout + images.stdout;
};

async function startProgram(): Promise<{ program: ChildProcess; kept: string; unkept: string }> {
  const program = spawn(process.execPath, [`${import.meta.dirname}/janitor-program.ts`], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const [line] = (await once(createInterface({ input: program.stdout! }), 'line')) as [string];
  const [kept = '', unkept = ''] = line.split(' ');
  return { program, kept, unkept };
}

describe.skipIf(skipped)('when the program dies', () => {
  test.each([
    ['by kill -9', (pid: number) => process.kill(pid, 'SIGKILL')],
    [
      'by Ctrl-C and a closed terminal, which reach its whole process group',
      (pid: number) => {
        process.kill(-pid, 'SIGINT');
        process.kill(-pid, 'SIGHUP');
      },
    ],
  ])('%s, its lab is stopped where it is to be kept, and else removed with its snapshots', async (_, die) => {
    const { program, kept, unkept } = await startProgram();
    expect(await left(unkept)).not.toBe('');
    die(program.pid!);
    await expect.poll(() => left(unkept)).toBe('');
    const state = async () => (await runtime.labs()).find(({ id }) => id === kept);
    await expect.poll(state).toMatchObject({ running: false, owned: false });
    const lab = await runtime.resume(kept);
    await lab.remove();
  });
});
