import { type CommandBlock, questionsOf, type Step, solutionOf } from '../model/scenario.ts';
import { rightAnswer } from '../session/answers.ts';
import type { Session } from '../session/session.ts';
import { currentStep } from '../session/state.ts';
import type { CommandRecord } from '../terminal/terminal.ts';
import { UserError } from '../util/user-error.ts';

/** A block that was typed, and what ran. */
export interface Typed {
  block: CommandBlock;
  records: CommandRecord[];
}

export interface Solved {
  typed: Typed[];
  /** The block that could not be typed or did not end, and why. Those after it were not tried. */
  stuck?: { block: CommandBlock; error: UserError };
}

/** Answers the questions of the step that a session is at, and types its solution, or other blocks in its place. */
export async function solve(session: Session, blocks?: CommandBlock[]): Promise<Solved> {
  const step: Step = currentStep(session.state);
  for (const question of questionsOf(step)) session.answer(question.id, rightAnswer(question));
  const typed: Typed[] = [];
  for (const block of blocks ?? solutionOf(step)) {
    try {
      typed.push({ block, records: await session.run(block) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { typed, stuck: { block, error } };
    }
  }
  return { typed };
}
