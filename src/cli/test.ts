import { addAbortListener } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Runtime, RuntimeName } from '../lab/lab.ts';
import type { Major } from '../model/topology.ts';
import { EXIT, type ExitStatus } from '../util/user-error.ts';
import { type Case, outcomeOf, type Proof, type Run, type StepProof } from '../validate/proof.ts';
import type { Shard } from '../validate/shard.ts';
import { reportError } from './report-error.ts';
import { interruptOnTerm } from './screen.ts';

interface Options {
  pg?: Major[];
  runtime?: RuntimeName[];
  changed?: string;
  shard?: Shard;
  ablate?: boolean;
  rewind?: boolean;
  update?: boolean;
  jobs?: number;
  bail?: boolean;
  keepFailed?: boolean;
  reporter?: string[];
  json?: boolean;
}

/** `waldojo test`: proves the named scenarios, or all. */
export async function test(ids: string[], options: Options, signal: AbortSignal): Promise<ExitStatus> {
  const [{ runCases }, { openReporters, parseReporter }] = await Promise.all([
    import('../validate/run.ts'),
    import('../validate/report/open.ts'),
  ]);
  interruptOnTerm();
  const reports = (options.reporter ?? []).map(parseReporter);
  const { cases, runtimes, whyNone } = await choose(ids, options, signal);
  const reporter = await openReporters(reports, {
    stdout: process.stdout,
    colour: process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
    json: options.json,
  });
  if (cases.length === 0) process.stderr.write(`Nothing to test: ${whyNone}.\n`);
  else (await import('../lab/janitor.ts')).startJanitor();
  addAbortListener(signal, () => {
    process.stderr.write('\nInterrupted: removing the labs. Once more leaves at once.\n');
  });
  const run = await runCases(cases, {
    jobs: options.jobs ?? Math.max(1, Math.floor(availableParallelism() / 2)),
    bail: options.bail ?? false,
    reporter,
    signal,
    prove: (testCase, onStep) => proveCase(testCase, runtimes.get(testCase.runtime)!, onStep, options, signal),
    onBug: (error) => reportError(error, signal),
  });
  const updated = options.update && !run.interrupted ? await update(run.proofs) : true;
  return exitStatus(run, updated);
}

/** What is to be proved, and what would explain that it is nothing. */
async function choose(
  ids: string[],
  { pg, changed, runtime, shard }: Options,
  signal: AbortSignal,
): Promise<{ cases: Case[]; runtimes: Map<RuntimeName, Runtime>; whyNone: string }> {
  const [{ findScenarios, plan }, { inShard }] = await Promise.all([
    import('../validate/plan.ts'),
    import('../validate/shard.ts'),
  ]);
  let scenarios = await findScenarios(ids, pg);
  if (changed !== undefined) {
    const { changedSince } = await import('../validate/changed.ts');
    scenarios = await changedSince(changed, scenarios, signal);
  }
  const runtimes = scenarios.length > 0 ? await openRuntimes(runtime) : new Map<RuntimeName, Runtime>();
  const planned = plan(scenarios, { majors: pg, runtimes: [...runtimes.keys()] });
  const cases = shard ? inShard(planned, shard) : planned;
  if (planned.length > 0) return { cases, runtimes, whyNone: 'this shard is empty' };
  const which = scenarios.length > 0 ? `no scenario for PostgreSQL ${pg?.join(' or ')}` : 'no scenario';
  const whyNone = changed === undefined ? 'there are no scenarios' : `${which} has changed since ${changed}`;
  return { cases, runtimes, whyNone };
}

async function openRuntimes(names: RuntimeName[] | undefined): Promise<Map<RuntimeName, Runtime>> {
  const { openRuntime } = await import('../lab/runtimes.ts');
  const opened = await Promise.all((names ?? [undefined]).map((name) => openRuntime(name)));
  for (const runtime of opened) await runtime.sweep();
  return new Map(opened.map((runtime) => [runtime.name, runtime]));
}

async function proveCase(
  testCase: Case,
  runtime: Runtime,
  onStep: (step: StepProof) => void,
  { keepFailed = false, ablate = false, rewind = false, update = false }: Options,
  signal: AbortSignal,
): Promise<Proof> {
  const [{ loadCase }, { prove }] = await Promise.all([import('../validate/plan.ts'), import('../validate/prove.ts')]);
  const loaded = await loadCase(testCase);
  if ('findings' in loaded)
    return { case: testCase, steps: [], findings: loaded.findings, milliseconds: 0, interrupted: false };
  return prove(loaded.scenario, testCase, { runtime, keepFailed, ablate, rewind, update, signal, onStep });
}

/** Whether no output block is left that does not show what came. */
async function update(proofs: Proof[]): Promise<boolean> {
  const { updateOutputs } = await import('../validate/update.ts');
  const { rewritten, left } = await updateOutputs(proofs);
  for (const { file, line } of rewritten) process.stderr.write(`${file}:${line} rewritten\n`);
  for (const { file, line, reason } of left) process.stderr.write(`${file}:${line} left as it is: ${reason}\n`);
  return left.length === 0;
}

function exitStatus({ proofs, interrupted }: Run, updated: boolean): ExitStatus {
  if (interrupted) return EXIT.interrupted;
  const outcomes = new Set(proofs.map(outcomeOf));
  if (outcomes.has('failed') || !updated) return EXIT.failed;
  return outcomes.has('broken') ? EXIT.environment : EXIT.done;
}
