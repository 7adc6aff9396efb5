import { checksOf } from '../../model/scenario.ts';
import { repeated } from './repeated.ts';
import type { Rule } from './rule.ts';

export const duplicateCheck: Rule = ({ scenario }) =>
  scenario.steps.flatMap((step) =>
    repeated(checksOf(step), ({ name }) => name).map(({ again: { name, line }, first }) => ({
      line,
      message: `The check on line ${first.line} is called "${name}" already. Give this one another name.`,
    })),
  );
