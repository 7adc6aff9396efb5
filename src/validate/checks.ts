import type { Check } from '../model/check.ts';
import { checksOf, type Scenario, type Step, solutionOf } from '../model/scenario.ts';
import { allPass, type Verdict } from '../model/verdict.ts';
import { lessonWithoutCheck, stepWithoutCheck } from '../scenario/lint/step-without-check.ts';
import type { Places } from '../session/tabs.ts';
import type { Finding } from './proof.ts';

type Failing = Extract<Verdict, { status: 'fail' }>;

/** The checks that do not hold, with their verdicts. */
export const failingOf = (step: Step, verdicts: Verdict[]): { check: Check; verdict: Failing }[] =>
  checksOf(step).flatMap((check, i) => {
    const verdict = verdicts[i];
    return verdict?.status === 'fail' ? [{ check, verdict }] : [];
  });

/** A finding for each check that could not be made. */
export const brokenOf = (step: Step, verdicts: Verdict[]): Finding[] =>
  checksOf(step).flatMap((check, i): Finding[] => {
    const verdict = verdicts[i];
    if (verdict?.status !== 'broken') return [];
    const message = `“${check.name}” could not be checked: ${verdict.reason}`;
    return [{ status: 'broken', rule: 'check-broken', line: check.line, message }];
  });

/** Before anything is typed: a check that passes on an undone step proves nothing. */
export function vacuous(step: Step, verdicts: Verdict[]): Finding[] {
  const checks = checksOf(step);
  if (checks.length === 0 || !allPass(verdicts)) return [];
  return [
    {
      status: 'fail',
      rule: 'vacuous',
      line: checks[0]!.line,
      message: 'The checks of this step all pass before anything has been done, so they prove nothing.',
      expected: 'at least one check that fails until the step is done',
      actual: `passing: ${checks.map(({ name }) => `“${name}”`).join(', ')}`,
    },
  ];
}

/** A document looked at by itself. */
const ALONE = { files: undefined, siblings: undefined, images: [] };

/** A finding for each step in which something is done, and nothing checks it; or one for a lesson without any check. */
export const nothingChecked = (scenario: Scenario): Finding[] =>
  [...stepWithoutCheck({ scenario, ...ALONE }), ...lessonWithoutCheck(scenario)].map(({ line, message }) => ({
    status: 'fail',
    rule: 'unchecked',
    line,
    message,
  }));

/** At the end of a lesson: a check that nothing has made fail, not even the step before it was begun, may be true for ever. */
export const neverFailing = (checks: Check[]): Finding[] =>
  checks.map(({ name, line }) => ({
    status: 'fail',
    rule: 'never-fails',
    line,
    message: `“${name}” was never seen to fail: neither before the step was begun nor with any mistake.`,
    expected: 'a mistake (a block `wrong`) that trips it, or no such check',
  }));

/** A finding for each check that should hold, and does not; `what` says it of the check's name and the reason. */
export const notHolding = (
  step: Step,
  verdicts: Verdict[],
  finding: Pick<Finding, 'rule' | 'evidence'>,
  what: (name: string, reason: string) => string,
): Finding[] =>
  failingOf(step, verdicts).map(({ check, verdict }) => ({
    status: 'fail',
    line: check.line,
    message: what(`“${check.name}”`, verdict.reason),
    expected: verdict.expected,
    actual: verdict.actual,
    ...finding,
  }));

/** The checks of the steps whose commands run in the background of terminals: what these commands are to bring about. */
export const backgroundChecks = ({ steps }: Scenario, places: Places): Check[] =>
  steps
    .filter((step) =>
      solutionOf(step).some(({ background, terminal, text }) => background && places[terminal]?.background === text),
    )
    .flatMap(checksOf);
