import type { Block } from '../../model/scenario.ts';
import type { Finding, Rule } from './rule.ts';

/** Headings within a step go one level deeper at a time, as screen readers and outlines expect. */
export const headingOrder: Rule = ({ scenario }) => [
  ...within(scenario.introduction, 1),
  ...scenario.steps.flatMap((step) => within(step.blocks, 2)),
];

function within(blocks: Block[], above: number): Finding[] {
  const findings: Finding[] = [];
  let depth = above;
  for (const block of blocks) {
    if (block.kind !== 'text') continue;
    block.markdown.split('\n').forEach((text, index) => {
      const [, marks] = /^ {0,3}(#{3,6})\s/.exec(text) ?? [];
      if (!marks) return;
      const here = marks.length;
      if (here > depth + 1) {
        const message = `This heading has ${here} #, and the one above it ${depth}. Write ${depth + 1}.`;
        findings.push({ line: block.line + index, message });
      }
      depth = here;
    });
  }
  return findings;
}
