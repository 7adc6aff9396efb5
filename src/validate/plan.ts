import type { RuntimeName } from '../lab/lab.ts';
import type { Scenario } from '../model/scenario.ts';
import type { Major } from '../model/topology.ts';
import { findScenario, listScenarios, loadScenario, type ScenarioSummary } from '../scenario/load.ts';
import { preferredMajor } from '../scenario/versions.ts';
import { EXIT, UserError } from '../util/user-error.ts';
import type { Case, Finding } from './proof.ts';

/**
 * The scenarios that were named, each once, or all. Throws a UserError when there are none, when none is for a major that was
 * asked for, or when one that was named is not: it would not be proved, and a run that passes says that it was.
 */
export async function findScenarios(names: string[], majors?: Major[]): Promise<ScenarioSummary[]> {
  const named: ScenarioSummary[] = [];
  // One after another: of several that are wrong, the first is named.
  for (const name of names) named.push(await findScenario(name));
  const scenarios = named.length > 0 ? named : await listScenarios();
  if (scenarios.length === 0) throw nothingToTest('There are no scenarios to test.');
  const amiss = majors ? scenarios.filter((scenario) => majorsOf(scenario, majors).length === 0) : [];
  if (amiss.length === scenarios.length || (amiss.length > 0 && named.length > 0)) {
    const which = amiss.length === scenarios.length ? 'No scenario here works' : `${ids(amiss)} cannot be tested`;
    throw nothingToTest(
      `${which} on PostgreSQL ${majors!.join(' or ')}.`,
      amiss.map(({ id, majors: supported }) => `${id} works on ${supported.join(', ')}`).join('\n'),
    );
  }
  return [...new Map(scenarios.map((scenario) => [scenario.directory, scenario])).values()];
}

const ids = (scenarios: ScenarioSummary[]): string => scenarios.map(({ id }) => id).join(' and ');

const nothingToTest = (message: string, hint?: string): UserError =>
  new UserError('nothing-to-test', message, { ...(hint && { hint }), exit: EXIT.usage });

interface Matrix {
  /** Undefined: the default major, or the newest that a scenario works on. */
  majors?: Major[] | undefined;
  runtimes: RuntimeName[];
}

/** One case for each scenario, major that it works on, and runtime, in a stable order. */
export function plan(scenarios: ScenarioSummary[], { majors, runtimes }: Matrix): Case[] {
  return scenarios.flatMap((scenario) => {
    const { id, title, directory, file } = scenario;
    return majorsOf(scenario, majors).flatMap((major) =>
      runtimes.map((runtime): Case => ({ scenario: id, title, directory, file, major, runtime })),
    );
  });
}

function majorsOf({ majors: supported }: ScenarioSummary, wanted: Major[] | undefined): Major[] {
  // A document that works on no major is faulty, and one case has to say so.
  if (!wanted || supported.length === 0) return [preferredMajor(supported)];
  return supported.filter((major) => wanted.includes(major));
}

/** The scenario of a case, or what is wrong with its document. */
export async function loadCase({ directory, major }: Case): Promise<{ scenario: Scenario } | { findings: Finding[] }> {
  const { scenario, diagnostics } = await loadScenario(directory, major);
  if (scenario && diagnostics.length === 0) return { scenario };
  return {
    findings: diagnostics.map(({ line, column, message }) => ({
      status: 'fail',
      rule: 'document',
      line,
      message: `${message} (column ${column})`,
    })),
  };
}
