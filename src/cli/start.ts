import { setTimeout as delay } from 'node:timers/promises';
import type { Lab, Runtime, RuntimeName } from '../lab/lab.ts';
import type { Scenario } from '../model/scenario.ts';
import type { Major } from '../model/topology.ts';
import { preferredMajor } from '../scenario/versions.ts';
import type { LabProgress, ScenarioProgress } from '../session/progress.ts';
import type { Session } from '../session/session.ts';
import type { TerminalSize } from '../terminal/pty.ts';
import { withOwnCommand } from '../util/own-command.ts';
import { tidy } from '../util/paths.ts';
import { EXIT, type ExitStatus, UserError } from '../util/user-error.ts';
import type { Replaced } from './kept-lab.ts';
import { withPackages } from './packages.ts';
import { isFullScreen } from './screen.ts';

/** Milliseconds that a person does not notice. */
const PATIENCE = 500;

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
    process.stdout.write(withOwnCommand('\nOpen one with: waldojo start <id>\n'));
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
  const { again } = await open(id, options, signal);
  if (!again) return EXIT.done;
  // What else was asked for was meant for this scenario; above all, nobody has agreed to lose the lab of the next one.
  const { runtime } = options;
  return pickAndStart(runtime ? { runtime } : {}, signal);
}

async function open(id: string, options: StartOptions, signal: AbortSignal): Promise<{ again: boolean }> {
  const [{ findScenario, loadScenario }, { openRuntime }, { progressKey, readProgress }, { startJanitor }] =
    await Promise.all([
      import('../scenario/load.ts'),
      import('../lab/runtimes.ts'),
      import('../session/progress.ts'),
      import('../lab/janitor.ts'),
    ]);
  const [summary, { progress, warning }] = await Promise.all([findScenario(id), readProgress()]);
  const key = await progressKey(summary);
  const saved = progress.scenarios[key];
  const wanted = usableLab(saved, options);
  const major = options.pg ?? wanted?.major ?? preferredMajor(summary.majors);
  const consent = { yes: options.yes ?? false, signal };
  const runtime = await withPackages(() => openRuntime(options.runtime ?? wanted?.runtime, major), consent);
  const fullScreen = isFullScreen() && !options.plain;
  const command = `waldojo start ${key === summary.id ? key : tidy(key)}${options.plain ? ' --plain' : ''}`;
  let replaced: Replaced | undefined;
  if (saved?.lab && !wanted) {
    // Nobody is asked to give something up for what cannot be had.
    const { scenario } = await loadScenario(summary.directory, major);
    if (scenario && options.step !== undefined) stepOf(scenario, options.step);
    const { agreeToReplace } = await import('./kept-lab.ts');
    replaced = await agreeToReplace(saved.lab, command, consent);
  }
  startJanitor();
  if (!(await runtime.hasImage(major))) {
    const { makeImage } = await import('./make-image.ts');
    await makeImage(runtime, major, { ...consent, fullScreen });
  }
  // A new lab is made while the document is read and the interface is loaded, which takes about as long.
  const lab =
    saved?.lab || !summary.lab
      ? undefined
      : runtime.create({ scenario: summary.id, keep: true, major, topology: summary.lab }, signal);
  lab?.catch(() => {});
  let session: Session;
  let resumes: boolean;
  try {
    // In this order: loading modules leaves the lab time for its next move, and parsing does not.
    await import('../session/session.ts');
    const { scenario, diagnostics } = await loadScenario(summary.directory, major);
    if (!scenario || diagnostics.length > 0) throw faultyDocument(diagnostics);
    const step = options.step === undefined ? undefined : stepOf(scenario, options.step);
    const beginning = { saved, wanted, lab, step, command, pager: fullScreen };
    ({ session, resumes } = await openSession(scenario, runtime, beginning));
  } catch (error) {
    await lab?.then((made) => made.remove()).catch(() => {});
    throw error;
  }
  const { keepJournal } = await import('../session/journal.ts');
  const journal = keepJournal(session, key, (text) => session.tell('error', text), saved?.lab?.id);
  if (warning) session.tell('info', warning);
  if (fullScreen) session.resize(await terminalSize());
  let failed = false;
  session.subscribe(() => {
    failed ||= session.state.phase.name === 'failed';
  });
  const started = session.start();
  let goes = replaced;
  // The old lab goes when progress leads to the new one, and not before.
  const replace = async () => {
    const { lab } = goes ? await journal.flush() : {};
    if (!goes || !lab?.stood || !lab.saved) return undefined;
    const { remove } = goes;
    goes = undefined;
    return remove();
  };
  const early = started.then(replace);
  const { play } = fullScreen ? await import('../tui/start.tsx') : await import('../tui/plain/play.ts');
  // The first frame is the dearest. Where the lab is ready in a moment, it shows the prompt.
  await Promise.race([started, delay(PATIENCE)]);
  const { left, again } = await play(session);
  const written = await journal.flush();
  const { farewell } = await import('./kept-lab.ts');
  const before = resumes ? wanted?.id : replaced?.id;
  const said = [await early, await replace()];
  const lines = await farewell({ ...written, left, runtime, key, command, before, failed });
  for (const line of [...said, ...lines]) if (line) process.stdout.write(withOwnCommand(`${line}\n`));
  return { again };
}

/** The terminals' size in the interface, so that they need not change it once it is there. */
async function terminalSize(): Promise<TerminalSize> {
  const { layout, sizeOf } = await import('../tui/layout.ts');
  const { columns, rows } = sizeOf(process.stdout);
  const place = layout({ columns, rows });
  return place.kind === 'small' ? { columns, rows } : { columns: place.terminal.width, rows: place.terminal.height };
}

/** The lab to go on in: there is one, and nothing that was asked for speaks against it. */
function usableLab(saved: ScenarioProgress | undefined, options: StartOptions): LabProgress | undefined {
  const lab = saved?.lab;
  if (!lab || options.fresh || options.step !== undefined) return undefined;
  if (options.runtime && options.runtime !== lab.runtime) return undefined;
  return options.pg && options.pg !== lab.major ? undefined : lab;
}

interface Beginning {
  saved: ScenarioProgress | undefined;
  /** The saved lab, where it is to be gone on in. */
  wanted: LabProgress | undefined;
  /** A new lab that is being made already. */
  lab: Promise<Lab> | undefined;
  /** Index of the step that was asked for. */
  step: number | undefined;
  command: string;
  /** Something may wait for a key: there are keys. */
  pager: boolean;
}

async function openSession(scenario: Scenario, runtime: Runtime, beginning: Beginning) {
  const { saved, wanted, lab, step, command, pager } = beginning;
  const [{ LAB_GONE, Session }, { achieved, remembered }] = await Promise.all([
    import('../session/session.ts'),
    import('../session/journal.ts'),
  ]);
  const there = wanted && (await runtime.labs()).some(({ id }) => id === wanted.id);
  if (saved && there) {
    await runtime.sweep();
    const resume = { lab: wanted.id, places: wanted.terminals };
    const state = remembered(scenario, saved);
    return { session: new Session({ scenario, runtime, keep: true, pager, resume, state }), resumes: true };
  }
  // What programs that died left behind is cleared away beside the start, which need not wait for it.
  void runtime.sweep().catch(() => {});
  const startAt = step ?? (wanted && saved ? stepOf(scenario, saved.step) : 0);
  const state = saved && { state: { steps: achieved(scenario, saved) } };
  const session = new Session({ scenario, runtime, keep: true, pager, startAt, ...state, ...(lab && { lab }) });
  if (wanted) session.tell('info', LAB_GONE);
  else if (saved && step === undefined) tellAchieved(session, command);
  return { session, resumes: false };
}

/** To whoever begins again: how to begin further on. */
function tellAchieved(session: Session, command: string): void {
  const next = session.state.steps.findIndex(({ completed }) => !completed);
  if (next > 0)
    session.tell(
      'info',
      `What you have finished stays finished. To begin at step ${next + 1}: ${command} --step ${next + 1}`,
    );
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
