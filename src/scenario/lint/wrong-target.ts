import { checksOf, commandsOf, type Step, solutionOf } from '../../model/scenario.ts';
import { suggest } from '../nearest.ts';
import type { Finding, Rule } from './rule.ts';

/** A mistake stands in for commands of its step and is noticed by a check of its step. */
export const wrongTarget: Rule = ({ scenario }) => scenario.steps.flatMap(inStep);

function inStep(step: Step): Finding[] {
  const names = checksOf(step).map(({ name }) => name);
  const ids = solutionOf(step).map(({ id }) => id);
  const unreadable = step.blocks.some((block) => block.kind === 'check' && !block.checks.length);
  return commandsOf(step.blocks, 'wrong').flatMap(({ trips, replaces, line }) => {
    const findings: Finding[] = [];
    if (!ids.length) {
      findings.push({ line, message: 'The step has no run or solution block that this mistake could stand in for.' });
    } else if (replaces !== undefined && !ids.includes(replaces)) {
      const message = `The step has no run or solution block "${replaces}" to replace. ${suggest(replaces, ids)}`;
      findings.push({ line, message });
    }
    if (trips && !names.includes(trips) && !unreadable) {
      findings.push({ line, message: `The step has no check "${trips}" to trip. ${suggest(trips, names)}` });
    }
    return findings;
  });
}
