import type { LabRecord } from '../lab/lab.ts';
import { usableRuntimes } from '../lab/runtimes.ts';
import { listScenarios } from '../scenario/load.ts';
import { lookAtProgress } from '../session/progress.ts';
import type { PickerItem } from '../tui/start.tsx';

/** The scenarios with what is known of each: how far the learner is, and whether a lab of it exists. */
export async function overview(): Promise<{ items: PickerItem[]; notices: string[] }> {
  const [scenarios, { progress, warning }, labs] = await Promise.all([listScenarios(), lookAtProgress(), allLabs()]);
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
  return { items, notices: warning ? [warning] : [] };
}

/** The labs of every runtime that works here. */
export async function allLabs(): Promise<LabRecord[]> {
  const runtimes = await usableRuntimes();
  return (await Promise.all(runtimes.map((runtime) => runtime.labs()))).flat();
}
