import { availableParallelism } from 'node:os';
import type { Runtime, RuntimeName } from '../lab/lab.ts';
import type { Major } from '../model/topology.ts';
import { EXIT, type ExitStatus } from '../util/user-error.ts';
import { type Case, outcomeOf, type Proof, type Run, type StepProof } from '../validate/proof.ts';
import { printableRow } from '../validate/report/plain.ts';
import type { Shard } from '../validate/shard.ts';
import { reportError } from './report-error.ts';
import { testSignals } from './test-signals.ts';

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
  const reports = (options.reporter ?? []).map(parseReporter);
  const { cases, runtimes, whyNone } = await choose(ids, options, signal);
  const reporter = await openReporters(reports, {
    stdout: process.stdout,
    colour: process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
    json: options.json,
  });
  if (cases.length === 0) process.stderr.write(`Nothing to test: ${whyNone}.\n`);
  else (await import('../lab/janitor.ts')).startJanitor();
  const run = await runCases(cases, {
    jobs: options.jobs ?? Math.max(1, Math.floor(availableParallelism() / 2)),
    bail: options.bail ?? false,
    reporter,
    signal,
    ...testSignals(signal),
    prove: (testCase, onStep) => proveCase(testCase, runtimes.get(testCase.runtime)!, onStep, options, signal),
    // After the report there is more to say than that there was an interrupt.
    onBug: (error) => reportError(error, new AbortController().signal),
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
  const left = scenarios.filter(({ directory }) => !planned.some((testCase) => testCase.directory === directory));
  if (left.length > 0 && planned.length > 0) {
    const names = left.map(({ id }) => printableRow(id)).join(', ');
    process.stderr.write(`Not tested, since not for PostgreSQL ${pg?.join(' or ')}: ${names}.\n`);
  }
  const cases = shard ? inShard(planned, shard) : planned;
  if (planned.length > 0) return { cases, runtimes, whyNone: 'this shard is empty' };
  const which = scenarios.length > 0 ? `no scenario for PostgreSQL ${pg?.join(' or ')}` : 'no scenario';
  return { cases, runtimes, whyNone: `${which} has changed since ${changed}` };
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
  for (const { file, line } of rewritten) process.stderr.write(`${printableRow(file)}:${line} rewritten\n`);
  for (const { file, line, reason } of left) {
    process.stderr.write(`${printableRow(file)}:${line} left as it is: ${printableRow(reason)}\n`);
  }
  return left.length === 0;
}

function exitStatus({ proofs, notRun, interrupted }: Run, updated: boolean): ExitStatus {
  if (interrupted) return EXIT.interrupted;
  const outcomes = new Set(proofs.map(outcomeOf));
  if (outcomes.has('failed') || !updated) return EXIT.failed;
  return notRun.length === 0 && [...outcomes].every((outcome) => outcome === 'passed') ? EXIT.done : EXIT.environment;
}
