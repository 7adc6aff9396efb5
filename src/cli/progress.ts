import { findScenario } from '../scenario/load.ts';
import { progressKey, readProgress, updateProgress } from '../session/progress.ts';
import { tidy } from '../util/paths.ts';
import { EXIT, type ExitStatus } from '../util/user-error.ts';
import { printJson, table } from './screen.ts';

/** `waldojo progress`. */
export async function showProgress({ json }: { json?: boolean }): Promise<ExitStatus> {
  const { progress, warning } = await readProgress();
  if (warning) process.stderr.write(`${warning}\n`);
  if (json) {
    printJson(progress);
    return EXIT.done;
  }
  const entries = Object.entries(progress.scenarios);
  if (entries.length === 0) {
    process.stdout.write('Nothing was begun yet. Begin with: waldojo\n');
    return EXIT.done;
  }
  const rows = entries.map(([id, { steps, finished }]) => {
    const all = Object.values(steps);
    const hints = all.reduce((sum, step) => sum + step.hints, 0);
    const solutions = all.filter((step) => step.solution).length;
    return [
      tidy(id),
      finished
        ? `finished ${finished.slice(0, 10)}`
        : `${all.filter((step) => step.completed).length}/${all.length} steps`,
      hints === 1 ? '1 hint' : `${hints} hints`,
      solutions === 1 ? '1 solution shown' : `${solutions} solutions shown`,
    ];
  });
  process.stdout.write(table(rows));
  return EXIT.done;
}

/** `waldojo progress reset [id]`. The lab that a scenario has stays; `labs rm` removes it. */
export async function resetProgress(id: string | undefined): Promise<ExitStatus> {
  const scenario = id === undefined ? undefined : await findScenario(id);
  const key = scenario && (await progressKey(scenario));
  await updateProgress((progress) => {
    if (key) delete progress.scenarios[key];
    else progress.scenarios = {};
  });
  process.stdout.write(scenario ? `Progress of ${scenario.id} is forgotten.\n` : 'All progress is forgotten.\n');
  return EXIT.done;
}
