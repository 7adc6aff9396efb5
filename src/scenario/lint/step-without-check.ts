import { checksOf, type Scenario, type Step } from '../../model/scenario.ts';
import type { Finding, Rule } from './rule.ts';

export const stepWithoutCheck: Rule = ({ scenario }) =>
  scenario.steps
    .filter((step) => asksForSomething(step) && !step.blocks.some(({ kind }) => kind === 'check'))
    .map(({ title, line }) => ({
      line,
      message: `Nothing checks what is done in "${title}". Add a "yaml check" block to the step.`,
    }));

/** A lesson of which nothing is checked: one that only tells. */
export const lessonWithoutCheck = ({ steps }: Scenario): Finding[] =>
  steps.some((step) => asksForSomething(step) || checksOf(step).length > 0)
    ? []
    : [
        {
          line: steps[0]?.line ?? 1,
          message: 'Nothing in this lesson is checked. Give a step of it something to do, and a "yaml check" block.',
        },
      ];

/** A step of prose and illustrations alone only tells; all else asks for something, or prepares it. */
const asksForSomething = ({ blocks }: Step): boolean =>
  blocks.some(({ kind }) => kind !== 'text' && kind !== 'illustration');
