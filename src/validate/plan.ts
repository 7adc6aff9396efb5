import type { RuntimeName } from '../lab/lab.ts';
import type { Scenario } from '../model/scenario.ts';
import type { Major } from '../model/topology.ts';
import { findScenario, listScenarios, loadScenario } from '../scenario/load.ts';
import { preferredMajor } from '../scenario/versions.ts';
import { EXIT, UserError } from '../util/user-error.ts';
import type { Case, Finding } from './proof.ts';

interface Wanted {
  /** Undefined: the default major, or the newest that the scenario supports. */
  majors: Major[] | undefined;
  runtimes: RuntimeName[];
}

/** One case for each scenario, major and runtime, in a stable order. */
export async function plan(ids: string[], { majors, runtimes }: Wanted): Promise<Case[]> {
  const scenarios = ids.length > 0 ? await Promise.all(ids.map((id) => findScenario(id))) : await listScenarios();
  const cases = scenarios.flatMap(({ id, title, directory, file, majors: supported }) => {
    const chosen = majors
      ? majors.filter((major) => supported.includes(major))
      : supported.length > 0
        ? [preferredMajor(supported)]
        : [];
    return chosen.flatMap((major) =>
      runtimes.map((runtime): Case => ({ scenario: id, title, directory, file, major, runtime })),
    );
  });
  if (cases.length > 0) return cases;
  throw new UserError('nothing-to-test', 'No scenario works on the PostgreSQL majors that were asked for.', {
    exit: EXIT.usage,
  });
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
