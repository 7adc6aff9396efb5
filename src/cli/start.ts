import type { Runtime, RuntimeName } from '../lab/lab.ts';
import type { Scenario } from '../model/scenario.ts';
import { DEFAULT_MAJOR, type Major } from '../model/topology.ts';
import type { LabProgress, ScenarioProgress } from '../session/progress.ts';
import type { Session } from '../session/session.ts';
import { EXIT, type ExitStatus, UserError } from '../util/user-error.ts';
import { isFullScreen } from './screen.ts';

export interface StartOptions {
  runtime?: RuntimeName;
  pg?: Major;
  step?: string;
  fresh?: boolean;
  plain?: boolean;
  yes?: boolean;
}

/** `waldojo`: the picker, and what is picked, until the person quits. */
export async function pickAndStart(options: StartOptions, signal: AbortSignal): Promise<ExitStatus> {
  if (!isFullScreen()) {
    await (await import('./list.ts')).list({});
    process.stdout.write('\nOpen one with: waldojo start <id>\n');
    return EXIT.done;
  }
  const [{ pick }, { overview }] = await Promise.all([import('../tui/start.tsx'), import('./overview.ts')]);
  for (;;) {
    const { items, notices } = await overview();
    const chosen = await pick(items, notices);
    if (!chosen) return EXIT.done;
    const { again } = await open(chosen.id, options, signal);
    if (!again) return EXIT.done;
  }
}

/** `waldojo start <id>`. */
export async function start(id: string, options: StartOptions, signal: AbortSignal): Promise<ExitStatus> {
  await open(id, options, signal);
  return EXIT.done;
}

async function open(id: string, options: StartOptions, signal: AbortSignal): Promise<{ again: boolean }> {
  const [{ findScenario, loadScenario }, { openRuntime }, { readProgress, updateProgress }, { startJanitor }] =
    await Promise.all([
      import('../scenario/load.ts'),
      import('../lab/runtimes.ts'),
      import('../session/progress.ts'),
      import('../lab/janitor.ts'),
    ]);
  const [summary, { progress, warning }] = await Promise.all([findScenario(id), readProgress()]);
  const saved = progress.scenarios[summary.id];
  const lab = usableLab(saved, options);
  const runtime = await openRuntime(options.runtime ?? lab?.runtime);
  const major = options.pg ?? lab?.major ?? preferredMajor(summary.majors);
  const { scenario, diagnostics } = await loadScenario(summary.directory, major);
  if (!scenario || diagnostics.length > 0) throw faultyDocument(diagnostics);

  const { ensureImage } = await import('./ensure-image.ts');
  await ensureImage(runtime, major, { yes: options.yes ?? false, plain: options.plain ?? false, signal });
  startJanitor();
  const session = await openSession(scenario, runtime, { saved, lab, options });
  const { keepJournal } = await import('../session/journal.ts');
  const notices = warning ? [warning] : [];
  const journal = keepJournal(session, (text) => session.tell('error', text));
  for (const notice of notices) session.tell('info', notice);

  const play =
    isFullScreen() && !options.plain ? (await import('../tui/start.tsx')).play : (await import('../tui/plain.ts')).play;
  const { left, again } = await play(session);
  await journal.flush();
  if (left === 'remove') {
    await updateProgress(({ scenarios }) => {
      delete scenarios[scenario.id]?.lab;
    });
  } else {
    process.stdout.write(`Your lab is kept. Go on with: waldojo start ${scenario.id}\n`);
  }
  return { again };
}

/** The lab to go on in: there is one, and nothing that was asked for speaks against it. */
function usableLab(saved: ScenarioProgress | undefined, options: StartOptions): LabProgress | undefined {
  const lab = saved?.lab;
  if (!lab || options.fresh || options.step !== undefined) return undefined;
  if (options.runtime && options.runtime !== lab.runtime) return undefined;
  return options.pg && options.pg !== lab.major ? undefined : lab;
}

const preferredMajor = (majors: Major[]): Major => (majors.includes(DEFAULT_MAJOR) ? DEFAULT_MAJOR : majors.at(-1)!);

interface Beginning {
  saved: ScenarioProgress | undefined;
  lab: LabProgress | undefined;
  options: StartOptions;
}

async function openSession(scenario: Scenario, runtime: Runtime, beginning: Beginning): Promise<Session> {
  const { saved, lab, options } = beginning;
  const [{ Session }, { remembered }] = await Promise.all([
    import('../session/session.ts'),
    import('../session/journal.ts'),
  ]);
  const labs = saved?.lab ? await runtime.labs() : [];
  if (lab && labs.some(({ id }) => id === lab.id)) {
    await runtime.sweep();
    const state = remembered(scenario, saved!);
    return new Session({ scenario, runtime, keep: true, resume: { lab: lab.id, places: lab.terminals }, state });
  }
  // What programs that died left behind is cleared away beside the start, which need not wait for it.
  void runtime.sweep().catch(() => {});
  if (saved?.lab && labs.some(({ id }) => id === saved.lab!.id)) await runtime.removeLab(saved.lab.id);
  const startAt =
    options.step === undefined ? (lab ? stepOf(scenario, saved!.step) : 0) : stepOf(scenario, options.step);
  const session = new Session({ scenario, runtime, keep: true, startAt });
  if (lab)
    session.tell('info', 'The lab you had is gone. This is a new one, with the steps before this one done for you.');
  return session;
}

function stepOf(scenario: Scenario, wanted: string): number {
  const index = scenario.steps.findIndex(({ id }, i) => id === wanted || String(i + 1) === wanted);
  if (index >= 0) return index;
  const steps = scenario.steps.map(({ id }, i) => `${i + 1}  ${id}`).join('\n');
  throw new UserError('unknown-step', `There is no step “${wanted}” in ${scenario.id}.`, {
    hint: `Its steps:\n${steps}`,
    exit: EXIT.usage,
  });
}

function faultyDocument(diagnostics: { file: string; line: number; column: number; message: string }[]): UserError {
  const hint = diagnostics.map((d) => `${d.file}:${d.line}:${d.column} ${d.message}`).join('\n');
  return new UserError('faulty-document', 'This scenario has faults and cannot be opened.', {
    hint,
    exit: EXIT.failed,
  });
}
