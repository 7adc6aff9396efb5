import { type CommandBlock, checksOf, type Question, type Step } from '../model/scenario.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Session } from '../session/session.ts';
import type { TerminalSize } from '../terminal/pty.ts';
import type { Evidence, Finding } from './proof.ts';

/** Wide and high enough that no line wraps and no pager stops the typing. */
export const PROOF_SIZE: TerminalSize = { columns: 160, rows: 50 };

export function brokenChecks(step: Step, verdicts: Verdict[]): Finding[] {
  return checksOf(step).flatMap((check, i): Finding[] => {
    const verdict = verdicts[i];
    if (verdict?.status !== 'broken') return [];
    const message = `“${check.name}” could not be checked: ${verdict.reason}`;
    return [{ status: 'broken', rule: 'check-broken', line: check.line, message }];
  });
}

/** Gives the right answer to each question; a pattern does not say what that is, so it is taken as given. */
export function answerRightly(session: Session, questions: Question[]): void {
  for (const { id, answer } of questions) {
    if (answer.type === 'choice') session.answer(id, String(answer.right));
    else if (answer.type === 'exact') session.answer(id, answer.text);
    else if (answer.type === 'number') session.answer(id, String(answer.value));
    else session.acceptAnswer(id);
  }
}

export const screenOf = (session: Session, block: CommandBlock): { evidence?: Evidence } => {
  const screen = session.terminal(block.terminal)?.screen.text().trimEnd();
  return screen ? { evidence: { screen } } : {};
};
