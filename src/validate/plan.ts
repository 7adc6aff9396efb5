import type { RuntimeName } from '../lab/lab.ts';
import type { Scenario } from '../model/scenario.ts';
import type { Major } from '../model/topology.ts';
import { findScenario, listScenarios, loadScenario, type ScenarioSummary } from '../scenario/load.ts';
import { preferredMajor } from '../scenario/versions.ts';
import { EXIT, UserError } from '../util/user-error.ts';
import type { Case, Finding } from './proof.ts';

/** The scenarios that were named, each once, or all. Throws a UserError when none of them is for a major that was asked for. */
export async function findScenarios(ids: string[], majors?: Major[]): Promise<ScenarioSummary[]> {
  const named: ScenarioSummary[] = [];
  // One after another: of several that are wrong, the first is named.
  for (const id of ids) named.push(await findScenario(id));
  const scenarios = named.length > 0 ? named : await listScenarios();
  if (majors && !scenarios.some((scenario) => majorsOf(scenario, majors).length > 0)) {
    throw new UserError('nothing-to-test', `No scenario here works on PostgreSQL ${majors.join(' or ')}.`, {
      hint: scenarios.map(({ id, majors: supported }) => `${id} works on ${supported.join(', ')}`).join('\n'),
      exit: EXIT.usage,
    });
  }
  return [...new Map(scenarios.map((scenario) => [scenario.directory, scenario])).values()];
}

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
