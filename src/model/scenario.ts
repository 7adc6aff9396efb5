import type { Check } from './check.ts';
import type { Major, TerminalSpec, Topology } from './topology.ts';

/** A document, parsed for one PostgreSQL major: every `{{variable}}` is resolved already. */
export interface Scenario {
  id: string;
  /** Path of the document, as it is shown in messages. */
  file: string;
  title: string;
  summary: string;
  difficulty: 'beginner' | 'intermediate' | 'advanced';
  minutes: number;
  tags: string[];
  /** Supported majors that the scenario works on, oldest first. */
  majors: Major[];
  major: Major;
  /** Ids of scenarios to do first; a suggestion. */
  after: string[];
  lab: Topology;
  terminals: TerminalSpec[];
  sources: { title: string; url: string }[];
  /** What stands before the first step. */
  introduction: Block[];
  steps: Step[];
}

export interface Step {
  /** The heading's slug. */
  id: string;
  title: string;
  line: number;
  blocks: Block[];
}

/** A piece of a step, in the order of the document. */
export type Block = TextBlock | IllustrationBlock | CommandBlock | HintBlock | CheckBlock | QuestionBlock;

export interface TextBlock {
  kind: 'text';
  markdown: string;
  line: number;
}

/** A fence without a role: shown as it is. */
export interface IllustrationBlock {
  kind: 'illustration';
  language: string;
  text: string;
  line: number;
}

export interface CommandBlock {
  /** `run` is shown, `solution` shown when asked for, `setup` and `wrong` never. */
  kind: 'run' | 'solution' | 'setup' | 'wrong';
  /** Unique in the scenario: the `id` attribute, or `<step id>:<n>`. */
  id: string;
  language: 'sh' | 'sql';
  text: string;
  /** Name of the terminal it is typed into; for `setup`, whose user it runs as. */
  terminal: string;
  /** What its last command must end with: an exit status for sh, `0` or a SQLSTATE for sql. */
  exit: string;
  /** Milliseconds. */
  timeout: number;
  /** It keeps the terminal: nobody waits for a prompt. */
  background: boolean;
  /** Ctrl-C is typed first. */
  interrupt: boolean;
  /** Leaving it out need not be noticed by any check. */
  optional: boolean;
  /** `wrong` only: the name of the one check it must trip. */
  trips?: string | undefined;
  /** `wrong` only: the id of the block it stands in for; without it, it stands in for all of the step's. */
  replaces?: string | undefined;
  output?: OutputBlock | undefined;
  /** Line of the opening fence. */
  line: number;
}

/** What the command before it prints, as a pattern (`src/scenario/output/match.ts`). */
export interface OutputBlock {
  text: string;
  line: number;
}

export interface HintBlock {
  kind: 'hint';
  summary: string;
  markdown: string;
  line: number;
}

export interface CheckBlock {
  kind: 'check';
  checks: Check[];
  line: number;
}

export interface QuestionBlock {
  kind: 'question';
  question: Question;
  line: number;
}

export interface Question {
  /** The `id` given, or `<step id>:question-<n>`. */
  id: string;
  ask: string;
  /** Choices with the right one's index, or a free answer. */
  answer: /** `why` has what is said to each choice, where the document says something: nothing to the right one. */
    | { type: 'choice'; choices: string[]; right: number; why?: (string | undefined)[] }
    | { type: 'exact'; text: string }
    | { type: 'number'; value: number }
    | { type: 'pattern'; pattern: string /** An answer that it takes. */; example: string };
  /** Shown once it is answered rightly. */
  explain: string;
}

export const checksOf = (step: Step): Check[] => step.blocks.flatMap((b) => (b.kind === 'check' ? b.checks : []));
export const hintsOf = (step: Step): HintBlock[] => step.blocks.filter((b) => b.kind === 'hint');
export const questionsOf = (step: Step): Question[] =>
  step.blocks.flatMap((b) => (b.kind === 'question' ? [b.question] : []));

/** The step's commands of the given kinds, in order. */
export const commandsOf = (blocks: Block[], ...kinds: CommandBlock['kind'][]): CommandBlock[] =>
  blocks.filter((b): b is CommandBlock => (kinds as string[]).includes(b.kind));

/** The commands that solve a step. */
export const solutionOf = (step: Step): CommandBlock[] => commandsOf(step.blocks, 'run', 'solution');
