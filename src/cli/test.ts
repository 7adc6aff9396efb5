import type { Runtime, RuntimeName } from '../lab/lab.ts';
import type { Major } from '../model/topology.ts';
import { EXIT, type ExitStatus } from '../util/user-error.ts';
import type { Case, Proof, Reporter } from '../validate/proof.ts';

interface Options {
  pg?: Major[];
  runtime?: RuntimeName[];
  reporter: 'text' | 'json';
  json?: boolean;
  bail?: boolean;
  keepFailed?: boolean;
}

/** `waldojo test`: proves the named scenarios, or all, one after the other. */
export async function test(ids: string[], options: Options, signal: AbortSignal): Promise<ExitStatus> {
  const [{ loadCase, plan }, { prove }, { findingsOf }, { startJanitor }] = await Promise.all([
    import('../validate/plan.ts'),
    import('../validate/prove.ts'),
    import('../validate/proof.ts'),
    import('../lab/janitor.ts'),
  ]);
  const runtimes = await openRuntimes(options.runtime);
  const cases = await plan(ids, { majors: options.pg, runtimes: [...runtimes.keys()] });
  const reporter = await openReporter(options.json ? 'json' : options.reporter);
  startJanitor();
  const began = performance.now();
  const proofs: Proof[] = [];
  for (const testCase of cases) {
    if (signal.aborted) break;
    reporter.caseStarted?.(testCase);
    const proof = await proveCase(testCase).catch((error) => {
      if (signal.aborted) return null;
      throw error;
    });
    if (!proof) break;
    proofs.push(proof);
    reporter.caseEnded?.(proof);
    if (options.bail && findingsOf(proof).length > 0) break;
  }
  await reporter.end({ proofs, notRun: [], milliseconds: performance.now() - began, interrupted: signal.aborted });
  if (signal.aborted) return EXIT.interrupted;
  const findings = proofs.flatMap(findingsOf);
  if (findings.some(({ status }) => status === 'fail')) return EXIT.failed;
  return findings.length > 0 ? EXIT.environment : EXIT.done;

  async function proveCase(testCase: Case): Promise<Proof> {
    const runtime = runtimes.get(testCase.runtime)!;
    const loaded = await loadCase(testCase);
    if ('findings' in loaded)
      return { case: testCase, steps: [], milliseconds: 0, findings: loaded.findings, interrupted: false };
    return prove(loaded.scenario, testCase, {
      runtime,
      keepFailed: options.keepFailed ?? false,
      signal,
      onStep: (step) => reporter.step?.(testCase, step),
    });
  }
}

async function openRuntimes(names: RuntimeName[] | undefined): Promise<Map<RuntimeName, Runtime>> {
  const { openRuntime } = await import('../lab/runtimes.ts');
  const opened = await Promise.all((names ?? [undefined]).map((name) => openRuntime(name)));
  for (const runtime of opened) await runtime.sweep();
  return new Map(opened.map((runtime) => [runtime.name, runtime]));
}

async function openReporter(name: 'text' | 'json'): Promise<Reporter> {
  const { openReporters } = await import('../validate/report/open.ts');
  const colour = process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  return openReporters([{ name }], { stdout: process.stdout, colour });
}
