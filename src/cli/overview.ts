import type { LabRecord } from '../lab/lab.ts';
import { askEach } from '../lab/runtimes.ts';
import { listScenarios } from '../scenario/load.ts';
import { lookAtProgress } from '../session/progress.ts';
import type { PickerItem } from '../tui/start.tsx';

/** The scenarios with what is known of each: how far the learner is, and whether a lab of it exists. */
export async function overview(): Promise<{ items: PickerItem[]; notices: string[] }> {
  const [scenarios, { progress, warning }, { labs, troubles }] = await Promise.all([
    listScenarios(),
    lookAtProgress(),
    findLabs(),
  ]);
  const items = scenarios.map(({ id, title, summary, difficulty, minutes, steps, after }): PickerItem => {
    const saved = progress.scenarios[id];
    const lab = labs.find((record) => record.id === saved?.lab?.id);
    return {
      id,
      title,
      summary,
      difficulty,
      minutes,
      steps,
      after,
      completed: Object.values(saved?.steps ?? {}).filter((step) => step.completed).length,
      finished: saved?.finished !== undefined,
      lab: lab ? (lab.running ? 'running' : 'stopped') : null,
    };
  });
  return { items, notices: [...(warning ? [warning] : []), ...troubles] };
}

/** The labs of every runtime that works here. It is told on standard error where there may be more. */
export async function allLabs(): Promise<LabRecord[]> {
  const { labs, troubles } = await findLabs();
  for (const trouble of troubles) process.stderr.write(`${trouble}\n`);
  return labs;
}

async function findLabs(): Promise<{ labs: LabRecord[]; troubles: string[] }> {
  const { answers, troubles } = await askEach((runtime) => runtime.labs());
  return { labs: answers.flatMap(({ answer }) => answer), troubles };
}
