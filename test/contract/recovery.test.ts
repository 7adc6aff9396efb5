import { execa } from 'execa';
import { expect, it, onTestFinished } from 'vitest';
import type { Runtime } from '../../src/lab/lab.ts';
import { readLab } from '../../src/lab/local/store.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { Session } from '../../src/session/session.ts';
import { forEachRuntime, major, sh, sql } from './runtimes.ts';

const LESSON = new URL('../fixtures/lessons/bread', import.meta.url).pathname;

/** Ends a lab as no command of ours does, and leaves its disk. */
async function killLab({ name }: Runtime, id: string): Promise<void> {
  if (name === 'local') process.kill(Number((await readLab(id))!.init!.split(':')[0]), 'SIGKILL');
  else
    await execa('docker', [
      'kill',
      (await execa('docker', ['ps', '-q', '--filter', `label=waldojo.lab=${id}`])).stdout,
    ]);
}

forEachRuntime((runtime) => {
  it('goes on at the same step in a lab that died, and in a new one where that is no more', async () => {
    const { scenario } = await loadScenario(LESSON, major);
    const session = new Session({ scenario: scenario!, runtime, keep: true });
    onTestFinished(() => session.close('remove'));
    const phase = () => session.state.phase;
    await session.start();
    await session.solve();
    await session.next();
    const { id } = session.lab!;
    await sh(session.lab!, 'echo mine >marker && sync', 'student');

    await killLab(runtime, id);
    await expect.poll(phase).toMatchObject({ name: 'failed', message: expect.stringContaining('stopped') });
    await session.start();
    expect(phase()).toEqual({ name: 'ready' });
    expect([session.lab!.id, session.state.step]).toEqual([id, 1]);
    expect(await sh(session.lab!, 'cat marker', 'student')).toBe('mine');

    // What follows is the session's alone: one runtime will do.
    if (runtime.name === 'docker') return;
    await runtime.removeLab(id);
    await expect.poll(phase).toMatchObject({ name: 'failed' });
    await session.start();
    expect(phase()).toEqual({ name: 'ready' });
    expect([session.lab!.id === id, session.state.step]).toEqual([false, 1]);
    expect(await sql(session.lab!, 'SELECT count(*) FROM bread')).toBe('2');
  });
});
