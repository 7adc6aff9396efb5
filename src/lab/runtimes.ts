import type { Major } from '../model/topology.ts';
import { EXIT, UserError } from '../util/user-error.ts';
import { type Probe, RUNTIMES, type Runtime, type RuntimeName } from './lab.ts';

async function makeRuntime(name: RuntimeName): Promise<Runtime> {
  switch (name) {
    case 'docker':
      return (await import('./docker/runtime.ts')).createDockerRuntime();
    case 'local':
      return (await import('./local/runtime.ts')).createLocalRuntime();
  }
}

/** Every runtime, in the order of preference, whether it works here or not. */
export const allRuntimes = (): Promise<Runtime[]> => Promise.all(RUNTIMES.map(makeRuntime));

/** Those that work here, in the order of preference. */
export async function usableRuntimes(): Promise<Runtime[]> {
  const runtimes = await allRuntimes();
  const probes = await Promise.all(runtimes.map((runtime) => runtime.probe()));
  return runtimes.filter((_, i) => probes[i]?.ok);
}

/**
 * Asks every runtime that works here. One that should and does not is no trouble of the others: `troubles` has a sentence of
 * each, such as `docker is left out: The engine at … did not answer within 2 s. Start it again …`
 */
export async function askEach<T>(
  question: (runtime: Runtime) => Promise<T>,
): Promise<{ answers: { runtime: Runtime; answer: T }[]; troubles: string[] }> {
  const answers: { runtime: Runtime; answer: T }[] = [];
  const troubles: string[] = [];
  const asked = (await allRuntimes()).map(async (runtime) => {
    const trouble = (what: string, todo?: string) =>
      troubles.push(`${runtime.name} is left out: ${what}${todo ? ` ${todo}` : ''}`);
    const probe = await runtime.probe();
    if (!probe.ok) return probe.sick && trouble(probe.reason, probe.remedy);
    try {
      answers.push({ runtime, answer: await question(runtime) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      trouble(error.message, error.hint);
    }
  });
  await Promise.all(asked);
  answers.sort((a, b) => RUNTIMES.indexOf(a.runtime.name) - RUNTIMES.indexOf(b.runtime.name));
  return { answers, troubles };
}

/**
 * The runtime that was asked for, else the first that works here. Throws a UserError `no-runtime` that says what was tried.
 * One that has the image for `major` has worked before and is not tried first: whoever makes a lab hears if it no longer does.
 */
export async function openRuntime(name?: RuntimeName, major?: Major): Promise<Runtime> {
  const failures: [RuntimeName, Probe & { ok: false }][] = [];
  for (const candidate of name ? [name] : RUNTIMES) {
    const runtime = await makeRuntime(candidate);
    if (major && (await runtime.hasImage(major).catch(() => false))) return runtime;
    const probe = await runtime.probe();
    if (probe.ok) return runtime;
    failures.push([candidate, probe]);
  }
  const tried = failures.map(([candidate, { reason }]) => `${candidate}: ${reason}`).join('\n');
  // The last resort needs the least: no daemon, and often one package.
  const { remedy } = failures.at(-1)![1];
  throw new UserError('no-runtime', `No lab can be made here.\n${tried}`, {
    hint: remedy,
    packages: /^sudo apt-get install (.+)/.exec(remedy)?.[1]?.split(' ') ?? [],
    exit: EXIT.environment,
  });
}
