import type { Block } from '../../model/scenario.ts';
import { PLACEHOLDERS } from '../variables.ts';
import type { Rule } from './rule.ts';

const PATTERN = new RegExp(`\\{\\{\\s*(?:${PLACEHOLDERS.join('|')})\\s*\\}\\}`);

/** Only a check that speaks knows what was expected and what came; elsewhere a learner would see the braces. */
export const strayPlaceholder: Rule = ({ scenario }) =>
  [...scenario.introduction, ...scenario.steps.flatMap((step) => step.blocks)].flatMap((block) =>
    textsOf(block).flatMap(({ text, line }) =>
      text.split('\n').flatMap((part, index) => {
        const found = PATTERN.exec(part)?.[0];
        if (!found) return [];
        return [
          { line: line + index, message: `${found} has a value only in "otherwise" and "say". Take it out here.` },
        ];
      }),
    ),
  );

function textsOf(block: Block): { text: string; line: number }[] {
  switch (block.kind) {
    case 'text':
      return [{ text: block.markdown, line: block.line }];
    case 'hint':
      return [{ text: block.markdown, line: block.line }];
    case 'illustration':
      return [{ text: block.text, line: block.line + 1 }];
    case 'check':
      return block.checks.map(({ name, line }) => ({ text: name, line }));
    case 'question':
      return [{ text: block.question.ask, line: block.line }];
    default:
      return [
        { text: block.text, line: block.line + 1 },
        ...(block.output ? [{ text: block.output.text, line: block.output.line + 1 }] : []),
      ];
  }
}
