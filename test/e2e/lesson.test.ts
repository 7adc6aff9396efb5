import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Runtime } from '../../src/lab/lab.ts';
import { checksOf, questionsOf, type Scenario, solutionOf } from '../../src/model/scenario.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { rightAnswer } from '../../src/session/answers.ts';
import type { Progress } from '../../src/session/progress.ts';
import { forEachRuntime, major } from '../contract/runtimes.ts';
import { leftOut } from '../leave-out.ts';
import { ordinaryUser } from '../ordinary-user.ts';
import { ownState, run, Student } from './student.ts';

const LESSON = 'standalone-replica';
const TIMEOUT = 300_000;

/** Follows the lesson to the letter: reads the screen, presses the keys that it names. */
async function follow(student: Student, { steps }: Scenario): Promise<void> {
  for (const [index, step] of steps.entries()) {
    await student.sees(`Step ${index + 1} of ${steps.length}`);
    for (const question of questionsOf(step)) {
      const { answer } = question;
      student.leader('a');
      await student.sees('Esc closes');
      if (answer.type === 'choice') student.type(String(answer.right + 1));
      else student.type(`${rightAnswer(question)}\r`);
      await student.sees('Enter goes on');
      student.type('\r');
      await student.misses('Enter goes on');
    }
    const blocks = solutionOf(step);
    if (blocks.some((block) => block.kind === 'solution')) student.leader('s');
    for (const done of blocks.keys()) {
      student.leader('r');
      await student.sees(`Commands ${done + 1} of ${blocks.length}`);
    }
    if (checksOf(step).length > 0) await student.sees('Step done');
    if (index < steps.length - 1) student.leader('n');
  }
}

const progress = async (as: { env: Record<string, string>; user?: string | undefined }): Promise<Progress> =>
  JSON.parse((await run(['progress', '--json'], as)).stdout);

async function takeLesson(name: Runtime['name'], user?: string): Promise<void> {
  const as = { env: await ownState(), user };
  const { scenario } = await loadScenario(join(import.meta.dirname, '../../scenarios', LESSON), major);
  const student = new Student(['start', LESSON, '--runtime', name, '--pg', String(major)], as);
  onTestFinished(() => student.leaveAtOnce());
  await student.sees(/student@lab:~\$/);
  await follow(student, scenario!);
  const lab = (await progress(as)).scenarios[LESSON]!.lab!.id;
  await student.removesLab();
  expect(await student.ended).toBe(0);
  expect((await progress(as)).scenarios[LESSON]).toMatchObject({ finished: expect.any(String) });
  expect((await run(['labs', '--json'], as)).stdout).not.toContain(lab);
}

forEachRuntime((runtime) => {
  it(
    'lets a student take a whole lesson with the keys, and leaves nothing when they remove the lab',
    async () => {
      await takeLesson(runtime.name);
    },
    TIMEOUT,
  );

  const { user, why } = ordinaryUser();
  it.runIf(runtime.name === 'local' && user)(
    `does the same for the ordinary user ${user?.name ?? ''}${leftOut(why)}`,
    async () => {
      const { env } = { env: await ownState() };
      const tarball = join(env.XDG_STATE_HOME!, 'image.tar');
      await runtime.exportImage(major, tarball, () => {});
      const imported = await run(['images', 'import', tarball, '--runtime', 'local', '--pg', String(major)], {
        user: user!.name,
      });
      expect(imported).toMatchObject({ status: 0 });
      await rm(tarball);
      await takeLesson('local', user!.name);
    },
    TIMEOUT,
  );
});
