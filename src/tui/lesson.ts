import { type Block, checksOf, hintsOf, type Step, solutionOf } from '../model/scenario.ts';
import { currentStep, nextBlock, openQuestion, type SessionState } from '../session/state.ts';
import {
  type CommandStatus,
  commandBox,
  foldedLine,
  hintLines,
  type Lines,
  outputLines,
  questionLines,
} from './blocks.ts';
import { checkLines, stepChecks } from './checks.ts';
import { keyFor } from './keymap.ts';
import { renderCode, renderMarkdown } from './markdown.ts';
import { blank, line, span, wrap } from './text.ts';
import { theme } from './theme.ts';

/** Rows of a document, from the first to before the second. */
interface Range {
  from: number;
  to: number;
}

export interface Document {
  lines: Lines;
  /** Where a block is, by its id; hints are `hint:1` and so on, the solution is `solution`, the checks are `checks`. */
  places: ReadonlyMap<string, Range>;
}

export interface LessonOptions {
  columns: number;
  /** The checks stand at the lesson's end too, where they have no pane of their own. */
  withChecks: boolean;
  tried: boolean;
}

/** The present step as it is read: what stands in the document, with what the learner has done and asked for. */
export function renderLesson(state: SessionState, options: LessonOptions): Document {
  const { columns } = options;
  const { scenario } = state;
  const step = currentStep(state);
  const lines: Lines = [];
  const places = new Map<string, Range>();
  const put = (block: Lines, id?: string) => {
    if (block.length === 0) return;
    if (lines.length > 0) lines.push(blank);
    if (id && !places.has(id)) places.set(id, { from: lines.length, to: lines.length + block.length });
    lines.push(...block);
  };
  const blocks = blockRenderer(state, options);

  if (state.step === 0 && scenario.introduction.length > 0) {
    for (const block of scenario.introduction) put(...blocks(block));
    put([line('─'.repeat(columns), theme.faint)]);
  }
  put(wrap(line(step.title, theme.heading), columns));
  const conclusion = isConclusion(state, step);
  if (conclusion) put(farewell(state, columns));
  for (const block of step.blocks) put(...blocks(block));
  const checks = stepChecks(state, options.tried);
  if (options.withChecks && checks.checks.length > 0) {
    put([...wrap(line('This step is done when', theme.heading), columns), ...checkLines(checks, columns)], 'checks');
  }
  if (conclusion) put(sources(state, columns));
  return { lines, places };
}

/** The last step, with nothing to do in it. */
export const isConclusion = ({ scenario, step: at }: SessionState, step: Step): boolean =>
  at === scenario.steps.length - 1 && solutionOf(step).length === 0 && checksOf(step).length === 0;

function blockRenderer(state: SessionState, { columns }: LessonOptions): (block: Block) => [Lines, string?] {
  const step = currentStep(state);
  const done = state.steps[state.step]!;
  const next = nextBlock(state);
  const hints = hintsOf(step);
  const firstHidden = done.solutionShown ? undefined : solutionOf(step).find(({ kind }) => kind === 'solution');

  return (block) => {
    switch (block.kind) {
      case 'text':
        return [renderMarkdown(block.markdown, columns)];
      case 'illustration':
        return [renderCode(block.text, block.language, columns)];
      case 'run':
      case 'solution': {
        if (block.kind === 'solution' && !done.solutionShown) {
          if (block !== firstHidden) return [[]];
          const key = keyFor('solution');
          return [
            foldedLine('Try it yourself. The solution can be shown:', key, { do: 'solution' }, columns),
            'solution',
          ];
        }
        const status: CommandStatus = done.blocks[block.id] ?? (block === next ? 'next' : 'waiting');
        const box = commandBox(block, status, { next: block === next, key: keyFor('run') }, columns);
        return [block.output ? [...box, ...outputLines(block.output.text, columns)] : box, block.id];
      }
      case 'hint': {
        const number = hints.indexOf(block) + 1;
        const id = `hint:${number}`;
        if (number <= done.hints) return [hintLines(block, number, hints.length, columns), id];
        if (number > done.hints + 1) return [[]];
        const text = hints.length > 1 ? `Hint ${number} of ${hints.length}` : 'Hint';
        return [foldedLine(text, keyFor('hint'), { do: 'hint' }, columns), id];
      }
      case 'question': {
        const { question } = block;
        return [questionLines(question, done.answers[question.id], keyFor('answer'), columns), question.id];
      }
      default:
        return [[]];
    }
  };
}

function farewell(state: SessionState, columns: number): Lines {
  const text = farewellText(state);
  const [praise = ''] = /^Well done\. /.exec(text) ?? [];
  return wrap([span(praise, theme.passStrong), span(text.slice(praise.length))], columns);
}

/** What is said at the end: what was finished, or what is still open. */
export function farewellText({ scenario, steps, step: last }: SessionState): string {
  const open = steps.slice(0, last).flatMap(({ completed }, index) => (completed ? [] : [index + 1]));
  if (open.length === 0) return `Well done. You have finished “${scenario.title}”.`;
  const which =
    open.length === 1 ? `Step ${open[0]} is` : `Steps ${open.slice(0, -1).join(', ')} and ${open.at(-1)} are`;
  return `You have reached the end. ${which} still open; you can go back whenever you like.`;
}

function sources({ scenario }: SessionState, columns: number): Lines {
  if (scenario.sources.length === 0) return [];
  const list = scenario.sources.map(({ title, url }) => `- [${title}](${url})`).join('\n');
  return [line('Sources', theme.heading), ...renderMarkdown(list, columns)];
}

/**
 * What the reader should have in view: what comes next, or else what was done last. Null is the beginning, which a step is
 * read from as long as nothing was done in it.
 */
export function placeOfInterest(state: SessionState, document: Document): Range | null {
  const { blocks } = state.steps[state.step]!;
  const typed = solutionOf(currentStep(state)).filter(({ id }) => blocks[id]);
  if (typed.length === 0) return null;
  const next = typed.find(({ id }) => id === state.typing) ?? nextBlock(state);
  if (next) return document.places.get(next.id) ?? null;
  const question = openQuestion(state);
  const from = document.places.get(question?.id ?? typed.at(-1)!.id)?.from ?? 0;
  return { from, to: document.lines.length };
}

/** The first row to show so that `place` is in view, with something of what stands before it. */
export function scrollTo(place: Range | null, total: number, height: number): number {
  const most = Math.max(0, total - height);
  if (!place || place.to <= height) return 0;
  const before = Math.floor(height / 3);
  const top = Math.max(place.from - before, Math.min(place.to - height, place.from));
  return Math.max(0, Math.min(top, most));
}
