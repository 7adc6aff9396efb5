import { cp, mkdtemp, readFile, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { usableRuntimes } from '../../src/lab/runtimes.ts';
import { describeWithLabs, major } from '../contract/runtimes.ts';
import { ownState, run } from './student.ts';

describeWithLabs('the lab of a learner', () => {
  // It has the name of a lesson that came along, whose progress and lab are not its own.
  let lesson: string;
  let env: Record<string, string>;
  let runtime: Awaited<ReturnType<typeof usableRuntimes>>[number];
  let others: string[];
  const labs = async () => (await runtime.labs()).map(({ id }) => id).filter((id) => !others.includes(id));
  beforeAll(async () => {
    lesson = join(await realpath(await mkdtemp(join(tmpdir(), 'waldojo-lesson-'))), 'dump-and-restore');
    await cp(join(import.meta.dirname, '../fixtures/lessons/bread'), lesson, { recursive: true });
    env = await ownState();
    // Nothing here is a runtime's, so one will do: the faster.
    runtime = (await usableRuntimes()).at(-1)!;
    if (!(await runtime.hasImage(major))) await runtime.buildImage(major, () => {});
    others = (await runtime.labs()).map(({ id }) => id);
  }, 600_000);
  afterAll(async () => {
    for (const id of await labs()) if (id.startsWith('dump-and-restore-')) await runtime.removeLab(id);
  });

  const start = (more: string[], input = '/quit\n', state = env) =>
    run(['start', lesson, '--plain', '--runtime', runtime.name, ...more], { env: state, input });
  const progress = async () => {
    const { scenarios } = JSON.parse(await readFile(join(env.XDG_STATE_HOME!, 'waldojo/progress.json'), 'utf8'));
    expect(Object.keys(scenarios)).toEqual([lesson]);
    return scenarios[lesson];
  };

  it('is kept until they agree that it goes, and what is said of it is so', { timeout: 120_000 }, async () => {
    const first = await start(['--pg', String(major)], '/run\n/check\n/quit\n');
    expect(first.stdout).toContain(`Your lab is kept. Go on with: waldojo start ${lesson} --plain\n`);
    const { lab, steps } = await progress();
    expect(steps['make-it'].completed).toEqual(expect.any(String));
    expect(await labs()).toContain(lab.id);

    // Without a terminal nobody can be asked.
    for (const more of [['--step', '2'], ['--fresh'], ['--pg', major === 13 ? '15' : '13']]) {
      const unasked = { status: 2, stderr: expect.stringMatching(/is not replaced unasked[\s\S]*--yes/) };
      expect(await start(more)).toMatchObject(unasked);
    }
    const impossible = { status: 2, stderr: expect.stringMatching(/no step “9”/) };
    expect(await start(['--step', '9', '--yes'])).toMatchObject(impossible);
    // Not even with the option while somebody is at work in it.
    const used = await runtime.resume(lab.id);
    const inUse = { stderr: expect.stringMatching(/Another waldojo is using/) };
    expect(await start(['--fresh', '--yes'])).toMatchObject(inUse);
    await used.stop();
    expect(await labs()).toContain(lab.id);

    const again = await start(['--step', '1', '--yes']);
    expect(again.stdout).toContain('Your lab is kept.');
    const { lab: now } = await progress();
    expect(await labs()).toContain(now.id);
    expect(await labs()).not.toContain(lab.id);

    const removed = await start([], '/remove\nyes\n');
    expect(removed.stdout).not.toContain('kept');
    expect(await labs()).not.toContain(now.id);
    expect(await progress()).toMatchObject({ steps: { 'make-it': { completed: steps['make-it'].completed } } });
  });

  it('is named where progress could not be led to it', { timeout: 60_000 }, async () => {
    const { stdout } = await start([], '/quit\n', { XDG_STATE_HOME: '/proc/waldojo' });
    const [, id] = /Your lab (\S+) is kept, but a start of this scenario does not lead to it: /.exec(stdout) ?? [];
    expect(await labs()).toContain(id);
    expect(stdout).toContain(`waldojo labs rm ${id}`);
  });
});
