import { questionsOf } from '../model/scenario.ts';
import type { Verdict } from '../model/verdict.ts';
import { UserError } from '../util/user-error.ts';
import { rightAnswer } from './answers.ts';
import { currentStep, type SessionState } from './state.ts';
import type { Store } from './store.ts';

/** What it takes of a session. */
interface Replayed {
  readonly state: SessionState;
  answer(question: string, given: string): void;
  solve(): Promise<Verdict[]>;
  move(step: number): Promise<void>;
}

/** Does the steps before `startAt` as their document does them, from the one that the session is at. */
export async function replay(session: Replayed, store: Store, startAt: number): Promise<void> {
  for (let { step } = session.state; step < startAt; step++) {
    const text = `Doing step ${step + 1} of the ${startAt} before yours`;
    store.dispatch({ type: 'phase', phase: { name: 'starting', text, fraction: step / startAt } });
    for (const question of questionsOf(currentStep(session.state))) session.answer(question.id, rightAnswer(question));
    const verdicts = await session.solve();
    if (verdicts.some((verdict) => verdict.status !== 'pass')) {
      const { title } = currentStep(session.state);
      throw new UserError('replay-failed', `Step ${step + 1}, “${title}”, could not be done for you.`, {
        hint: 'Begin at the first step: waldojo start --fresh',
      });
    }
    await session.move(step + 1);
  }
}
