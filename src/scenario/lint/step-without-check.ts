import { checksOf, type Scenario, type Step } from '../../model/scenario.ts';
import type { Finding, Rule } from './rule.ts';

export const stepWithoutCheck: Rule = ({ scenario }) => unchecked(scenario);

/** Steps in which there is something to do, and nothing checks it; or a lesson of which nothing is checked at all. */
export function unchecked({ steps }: Pick<Scenario, 'steps'>): Finding[] {
  const found = steps.filter((step) => asksForSomething(step) && !step.blocks.some(({ kind }) => kind === 'check'));
  if (found.length === 0 && steps.length > 0 && steps.every((step) => checksOf(step).length === 0)) {
    const message =
      'Nothing in this lesson is checked. Give at least one of its steps something to do, and a "yaml check" block.';
    return steps.some((step) => step.blocks.some(({ kind }) => kind === 'check'))
      ? []
      : [{ line: steps[0]!.line, message }];
  }
  return found.map(({ title, line }) => ({
    line,
    message: `Nothing checks what is done in "${title}". Add a "yaml check" block to the step.`,
  }));
}

/** A step of prose and illustrations alone only tells; all else asks for something, or prepares it. */
const asksForSomething = ({ blocks }: Step): boolean =>
  blocks.some(({ kind }) => kind !== 'text' && kind !== 'illustration');
