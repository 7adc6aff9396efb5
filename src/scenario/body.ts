import type { Position } from '../model/diagnostic.ts';
import type { Block, CommandBlock, Scenario, Step } from '../model/scenario.ts';
import { type Names, readChecks } from './check-block.ts';
import { isCommand, readCommand } from './command-block.ts';
import { type Fence, ROLE_NAMES, readFence } from './fence.ts';
import { isTaken } from './ids.ts';
import { type FencePiece, type HeadingPiece, type Piece, slug } from './markdown.ts';
import { readQuestion } from './question-block.ts';
import type { Report } from './report.ts';

/** The introduction and the steps, from the pieces of a body. */
export function readBody(pieces: Piece[], names: Names, report: Report): Pick<Scenario, 'introduction' | 'steps'> {
  const introduction: Block[] = [];
  const steps: Step[] = [];
  for (const piece of pieces) {
    const step = steps.at(-1);
    switch (piece.kind) {
      case 'heading': {
        const next = readHeading(piece, steps, introduction, report);
        if (next) steps.push(next);
        break;
      }
      case 'fence':
        readFencePiece(piece, step, step?.blocks ?? introduction, names, report);
        break;
      case 'hint':
        if (!piece.closed) {
          report('unterminated-hint', start(piece), 'This <details> is never closed. End it with </details>.');
        }
        reportHiddenFences(piece.markdown, piece.contentLine, report);
        (step?.blocks ?? introduction).push({
          kind: 'hint',
          summary: piece.summary,
          markdown: piece.markdown,
          line: piece.line,
        });
        break;
      case 'text':
        reportHiddenFences(piece.markdown, piece.line, report);
        (step?.blocks ?? introduction).push(piece);
    }
  }
  if (!steps.length)
    report('no-steps', { line: 1, column: 1 }, 'The document has no step. Begin each with a "## " heading.');
  return { introduction, steps };
}

const start = ({ line }: { line: number }): Position => ({ line, column: 1 });

function readHeading(piece: HeadingPiece, steps: Step[], introduction: Block[], report: Report): Step | undefined {
  const { title, line } = piece;
  if (piece.underlined) {
    const message =
      'A line of --- or === makes the text above it a heading. Put a blank line between them, or write "## ".';
    report('underlined-heading', start(piece), message);
    return undefined;
  }
  if (piece.depth === 1) {
    // The title on a code-hosting site; the front matter's is what a learner sees.
    if (steps.length || introduction.length) {
      report('heading-order', start(piece), 'A "# " heading is the title and stands first. Write "## " for a step.');
    }
    return undefined;
  }
  const id = slug(title);
  if (!id) {
    report('empty-heading', start(piece), 'A step needs a heading with words in it.');
  }
  if (isTaken(id))
    report('reserved-name', start(piece), `A step cannot be called "${title}". Give it another heading.`);
  const same = steps.find((step) => step.id === id);
  if (same) {
    report(
      'duplicate-step',
      start(piece),
      `The step on line ${same.line} is called "${id}" already. Give this one another heading.`,
    );
  }
  return { id, title, line, blocks: [] };
}

function readFencePiece(
  piece: FencePiece,
  step: Step | undefined,
  blocks: Block[],
  names: Names,
  report: Report,
): void {
  const fence = readFence(piece, report);
  const { line } = piece;
  if (!fence.role) {
    blocks.push({ kind: 'illustration', language: fence.language, text: fence.text, line });
    return;
  }
  if (!step && fence.role !== 'setup') {
    report('outside-step', fence.at, `A ${fence.role} block belongs to a step. Put it below a "## " heading.`);
    return;
  }
  const scope = step?.id ?? 'introduction';
  if (isCommand(fence)) {
    const count = blocks.filter(isCommandBlock).length + 1;
    blocks.push(readCommand(fence, `${scope}:${count}`, names.terminals, report));
  } else if (fence.role === 'output') {
    attachOutput(fence, blocks, report);
  } else if (fence.role === 'check') {
    blocks.push({ kind: 'check', checks: readChecks(fence, names, report), line });
  } else {
    const count = blocks.filter((block) => block.kind === 'question').length + 1;
    const question = readQuestion(fence, `${scope}:question-${count}`, report);
    if (question) blocks.push({ kind: 'question', question, line });
  }
}

const isCommandBlock = (block: Block): block is CommandBlock =>
  block.kind === 'run' || block.kind === 'solution' || block.kind === 'setup' || block.kind === 'wrong';

function attachOutput({ text, at }: Fence, blocks: Block[], report: Report): void {
  const command = blocks.filter(isCommandBlock).findLast(({ kind }) => kind === 'run' || kind === 'solution');
  if (!command) {
    report(
      'orphan-output',
      at,
      'No command stands before this output in its step. Put it below the run or solution block that prints it.',
    );
  } else if (command.output) {
    report(
      'orphan-output',
      at,
      `The command on line ${command.line} has its output on line ${command.output.line} already. Join the two.`,
    );
  } else {
    command.output = { text: text.trimEnd(), line: at.line };
  }
}

const HIDDEN_FENCE = new RegExp(`^([\\s>*+\\-\\d.)]*)(?:\`{3,}|~{3,})\\s*\\S+\\s+(?:${ROLE_NAMES.join('|')})\\b`);

/** Fences with a role are found at the margin alone: inside a list, a quote or a hint nobody would notice them. */
function reportHiddenFences(markdown: string, firstLine: number, report: Report): void {
  markdown.split('\n').forEach((text, index) => {
    const found = HIDDEN_FENCE.exec(text);
    if (!found) return;
    const message = 'A fence with a role cannot stand inside a list, a quote or a hint. Move it to the left margin.';
    report('misplaced-fence', { line: firstLine + index, column: found[1]!.length + 1 }, message);
  });
}
