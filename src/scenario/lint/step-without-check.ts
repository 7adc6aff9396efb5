import { solutionOf } from '../../model/scenario.ts';
import type { Rule } from './rule.ts';

export const stepWithoutCheck: Rule = ({ scenario }) =>
  scenario.steps
    .filter((step) => solutionOf(step).length > 0 && !step.blocks.some(({ kind }) => kind === 'check'))
    .map(({ title, line }) => ({
      line,
      message: `Nothing checks what is done in "${title}". Add a "yaml check" block to the step.`,
    }));
