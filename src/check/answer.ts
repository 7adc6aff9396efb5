import type { AnswerAssertion } from '../model/check.ts';
import type { CheckContext } from './context.ts';
import { differs, HOLDS, type Outcome } from './outcome.ts';

export async function answer({ question }: AnswerAssertion, { answers }: CheckContext): Promise<Outcome> {
  const right = answers[question];
  if (right) return HOLDS;
  return differs('the right answer', right === undefined ? 'no answer yet' : 'another answer');
}
