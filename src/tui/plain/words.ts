import { type Block, checksOf } from '../../model/scenario.ts';
import type { Verdict } from '../../model/verdict.ts';
import { currentStep, type SessionState } from '../../session/state.ts';
import { shownOutput } from '../blocks.ts';
import { farewellText, isConclusion } from '../lesson.ts';

export const HELP = `Type a command: it runs in the lab, in the terminal whose name the prompt shows. While a program runs there,
what you type goes to it, and Ctrl-D ends its input.
  /run        run the lesson's next command     /check       is this step done?
  /next       next step                         /back        previous step
  /hint       a hint                            /solution    show the solution
  /answer …   answer the question               /in <name>   change the terminal
  /interrupt  end what runs (or Ctrl-C)         /skip        leave the next command out
  /read       this step's text again            /reset       start over in a new lab
  /again      start a lab again that has stopped, and go on
  /quit       leave and keep the lab            /remove      leave and remove the lab`;

const indented = (text: string, by: string): string => text.replace(/\n+$/, '').replace(/^/gm, by);

/** The present step as text. */
export function stepText(state: SessionState): string {
  const { step, scenario } = state;
  const { title, blocks } = currentStep(state);
  const parts = step === 0 ? [blocksText(scenario.introduction)] : [];
  parts.push(`Step ${step + 1} of ${scenario.steps.length}: ${title}`);
  const conclusion = isConclusion(state, currentStep(state));
  if (conclusion) parts.push(farewellText(state));
  parts.push(blocksText(blocks));
  if (conclusion) {
    parts.push(...scenario.sources.map((source) => `${source.title}: ${source.url}`));
    parts.push('This is the end of the lesson. /quit leaves and keeps the lab, /remove removes it.');
  }
  return `\n${parts.filter(Boolean).join('\n\n')}\n`;
}

const blocksText = (blocks: Block[]): string => blocks.map(blockText).filter(Boolean).join('\n\n');

function blockText(block: Block): string {
  switch (block.kind) {
    case 'text':
      return block.markdown.trim();
    case 'illustration':
      return indented(block.text, '    ');
    case 'run': {
      const command = indented(block.text, `    ${block.terminal}> `);
      const first = block.interrupt ? `In ${block.terminal}, Ctrl-C comes first.\n` : '';
      const output = block.output && `You should see:\n${indented(shownOutput(block.output.text), '    ')}`;
      return [first + command, output].filter(Boolean).join('\n\n');
    }
    case 'question': {
      const { ask, answer } = block.question;
      const choices = answer.type === 'choice' ? answer.choices.map((choice, i) => `  ${i + 1}  ${choice}`) : [];
      return [`Question: ${ask}`, ...choices, 'Answer with /answer'].join('\n');
    }
    default:
      return '';
  }
}

export const LAST_STEP = 'This is the last step. /quit leaves and keeps the lab, /remove removes it.';

const onwards = ({ step, steps }: SessionState): string => (step === steps.length - 1 ? LAST_STEP : 'Go on with /next');

export function verdictsText(state: SessionState, verdicts: Verdict[]): string {
  const checks = checksOf(currentStep(state));
  if (checks.length === 0) return `There is nothing to check in this step. ${onwards(state)}`;
  const lines = checks.flatMap((check, i) => {
    const verdict = verdicts[i]!;
    const word = { pass: 'done', fail: 'not yet', broken: 'cannot be checked' }[verdict.status];
    return [`${word}: ${check.name}`, ...(verdict.status === 'pass' ? [] : [indented(verdict.reason, '    ')])];
  });
  if (verdicts.every(({ status }) => status === 'pass')) lines.push(`This step is done. ${onwards(state)}`);
  return lines.join('\n');
}
