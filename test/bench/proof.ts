import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RUNTIMES, type Runtime } from '../../src/lab/lab.ts';
import { openRuntime } from '../../src/lab/runtimes.ts';
import { commandsOf, type Scenario } from '../../src/model/scenario.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { packageFile } from '../../src/util/paths.ts';
import { run } from '../e2e/student.ts';
import { median, timed } from './measure.ts';
import { plainScript } from './plain-script.ts';

const ROUNDS = 3;

/** No command of theirs runs in the background: a plain script needs no waits of its own. */
const LESSONS = ['dump-and-restore', 'standalone-replica'];

/**
 * `waldojo test` of a lesson, from its start to its end, against the lesson's own commands as a plain script in a lab that
 * is up already, in turns. Without the lesson's mistakes, which the script does not make either: what each adds is told apart.
 */
export async function benchProof(): Promise<void> {
  for (const name of RUNTIMES) {
    const runtime = await openRuntime(name).catch(() => null);
    if (!runtime) continue;
    for (const lesson of LESSONS) await benchLesson(runtime, lesson);
  }
}

async function benchLesson(runtime: Runtime, lesson: string): Promise<void> {
  const { scenario } = await loadScenario(packageFile('scenarios', lesson));
  const directory = await withoutMistakes(lesson);
  const scripts: number[] = [];
  const proofs: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      scripts.push(await runScript(runtime, scenario!));
      proofs.push(await timed(() => prove(directory, runtime)));
    }
  } finally {
    await rm(directory, { recursive: true });
  }
  const [plain, ours] = [median(scripts), median(proofs)];
  const mistakes = scenario!.steps.flatMap(({ blocks }) => commandsOf(blocks, 'wrong')).length;
  const more = (await timed(() => prove(lesson, runtime))) - ours;
  console.log(
    `${runtime.name}: proof of ${lesson} ${ours} ms, plain script ${plain} ms, ratio ${(ours / plain).toFixed(2)}; ` +
      `each of its ${mistakes} mistakes ${Math.round(more / mistakes)} ms more`,
  );
}

/** A copy of the lesson that foresees no mistake. */
async function withoutMistakes(lesson: string): Promise<string> {
  const source = await readFile(packageFile('scenarios', lesson, 'scenario.md'), 'utf8');
  const directory = await mkdtemp(join(tmpdir(), `${lesson}-`));
  await writeFile(join(directory, 'scenario.md'), source.replace(/^```(sh|sql) wrong.*?^```\n/gms, ''));
  return directory;
}

async function prove(scenario: string, { name }: Runtime): Promise<void> {
  const { status, stdout, stderr } = await run(['test', scenario, '--runtime', name, '--json']);
  // Without its mistakes a lesson cannot show of each of its checks that it can fail.
  const rules = Array.from(stdout.matchAll(/"rule": *"([\w-]+)"/g), ([, rule]) => rule);
  if (status === 0 || (status === 1 && rules.length > 0 && rules.every((rule) => rule === 'never-fails'))) return;
  throw new Error(`${scenario} was not proved:\n${stdout}${stderr}`);
}

async function runScript(runtime: Runtime, scenario: Scenario): Promise<number> {
  const { id, major, lab: topology } = scenario;
  const lab = await runtime.create({ scenario: id, keep: false, major, topology });
  try {
    const options = { user: 'student', input: plainScript(scenario), timeout: 60_000 };
    return await timed(async () => {
      const { exitCode, stderr } = await lab.exec(['bash', '-s'], options);
      if (exitCode !== 0) throw new Error(`The plain script of ${id} failed: ${stderr}`);
    });
  } finally {
    await lab.remove();
  }
}
