import { commandsOf } from '../../model/scenario.ts';
import { repeated } from './repeated.ts';
import type { Rule } from './rule.ts';

export const duplicateId: Rule = ({ scenario }) => {
  const blocks = [...scenario.introduction, ...scenario.steps.flatMap((step) => step.blocks)];
  const commands = commandsOf(blocks, 'run', 'solution', 'setup', 'wrong');
  const questions = blocks.flatMap((b) => (b.kind === 'question' ? [{ id: b.question.id, line: b.line }] : []));
  return [commands, questions].flatMap((things: { id: string; line: number }[]) =>
    repeated(things, ({ id }) => id).map(({ again: { id, line }, first }) => ({
      line,
      message: `The block on line ${first.line} has the id "${id}" already. Give this one another.`,
    })),
  );
};
