import { checksOf, questionsOf, type Step } from '../../model/scenario.ts';
import { suggest } from '../nearest.ts';
import type { Rule } from './rule.ts';

/** An answer is given in the step that asks. */
export const answerWithoutQuestion: Rule = ({ scenario }) => scenario.steps.flatMap(inStep);

function inStep(step: Step) {
  const ids = questionsOf(step).map(({ id }) => id);
  return checksOf(step).flatMap(({ line, assertion, diagnose }) =>
    [assertion, ...diagnose.map(({ when }) => when)].flatMap((asserted) =>
      asserted.kind === 'answer' && !ids.includes(asserted.question)
        ? [{ line, message: `The step asks no question "${asserted.question}". ${suggest(asserted.question, ids)}` }]
        : [],
    ),
  );
}
