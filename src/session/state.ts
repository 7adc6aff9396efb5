import type { RuntimeName } from '../lab/lab.ts';
import { type Question, questionsOf, type Scenario, type Step, solutionOf } from '../model/scenario.ts';
import { allPass, type Verdict } from '../model/verdict.ts';
import { pattern } from '../util/pattern.ts';

/** Everything that is shown of a session. Replaced, never changed: an interface can compare by identity. */
export interface SessionState {
  readonly scenario: Scenario;
  readonly runtime: RuntimeName;
  readonly phase: Phase;
  /** Index of the step the learner is at. */
  readonly step: number;
  readonly steps: readonly StepState[];
  /** The tab in front. */
  readonly terminal: string;
  /** The block that is being typed for the learner. */
  readonly typing: string | null;
  readonly checking: boolean;
  readonly notice: Notice | null;
}

export type Phase =
  | { name: 'starting'; text: string; fraction?: number }
  | { name: 'ready' }
  /** The lab has died or could not be made. Progress is saved. */
  | { name: 'failed'; message: string; hint?: string }
  | { name: 'closed' };

export interface Notice {
  kind: 'info' | 'error';
  text: string;
}

export interface StepState {
  /** Its setup blocks have been done in this lab. */
  readonly entered: boolean;
  /** One verdict a check, in the order of the document; null before the first look. */
  readonly verdicts: readonly (Verdict | null)[];
  /** Names of `once` checks that have been true. */
  readonly latched: readonly string[];
  /** Ids of the command blocks that were typed, with how they ended. */
  readonly blocks: Readonly<Record<string, 'running' | 'done' | 'failed'>>;
  readonly hints: number;
  readonly solutionShown: boolean;
  readonly answers: Readonly<Record<string, Answer>>;
  /** All its checks have passed together, once. */
  readonly completed: boolean;
}

export interface Answer {
  given: string;
  right: boolean;
}

export type Action =
  | { type: 'phase'; phase: Phase }
  | { type: 'step'; step: number }
  | { type: 'entered'; step: number }
  | { type: 'checking'; checking: boolean }
  | { type: 'verdicts'; step: number; verdicts: Verdict[]; latched: string[] }
  | { type: 'block'; step: number; block: string; status: 'running' | 'done' | 'failed' }
  | { type: 'typing'; block: string | null }
  | { type: 'terminal'; terminal: string }
  | { type: 'hint' }
  | { type: 'solution' }
  | { type: 'answer'; question: string; answer: Answer }
  | { type: 'notice'; notice: Notice | null }
  | { type: 'reset' };

const untouched = (step: Step): StepState => ({
  entered: false,
  verdicts: step.blocks.flatMap((b) => (b.kind === 'check' ? b.checks.map(() => null) : [])),
  latched: [],
  blocks: {},
  hints: 0,
  solutionShown: false,
  answers: {},
  completed: false,
});

export function initialState(scenario: Scenario, runtime: RuntimeName): SessionState {
  return {
    scenario,
    runtime,
    phase: { name: 'starting', text: 'Starting the lab' },
    step: 0,
    steps: scenario.steps.map(untouched),
    terminal: scenario.terminals[0]!.name,
    typing: null,
    checking: false,
    notice: null,
  };
}

/** What becomes of the state; has no effects of its own. */
export function reduce(state: SessionState, action: Action): SessionState {
  const change = (index: number, patch: Partial<StepState>): SessionState => ({
    ...state,
    steps: state.steps.map((step, i) => (i === index ? { ...step, ...patch } : step)),
  });
  const current = state.steps[state.step]!;
  switch (action.type) {
    case 'phase':
      return { ...state, phase: action.phase };
    case 'step':
      return { ...state, step: action.step, notice: null };
    case 'entered':
      return change(action.step, { entered: true });
    case 'checking':
      return { ...state, checking: action.checking };
    case 'verdicts': {
      const completed = state.steps[action.step]!.completed || allPass(action.verdicts);
      return change(action.step, { verdicts: action.verdicts, latched: action.latched, completed });
    }
    case 'block':
      return change(action.step, {
        blocks: { ...state.steps[action.step]!.blocks, [action.block]: action.status },
      });
    case 'typing':
      return { ...state, typing: action.block };
    case 'terminal':
      return { ...state, terminal: action.terminal };
    case 'hint':
      return change(state.step, { hints: current.hints + 1 });
    case 'solution':
      return change(state.step, { solutionShown: true });
    case 'answer':
      return change(state.step, { answers: { ...current.answers, [action.question]: action.answer } });
    case 'notice':
      return { ...state, notice: action.notice };
    case 'reset':
      return { ...state, step: 0, steps: state.scenario.steps.map(untouched), typing: null, notice: null };
  }
}

export const currentStep = (state: SessionState): Step => state.scenario.steps[state.step]!;

/** The block that the run key types next: the first shown one that has not been typed in this step. */
export function nextBlock(state: SessionState) {
  const { blocks, solutionShown } = state.steps[state.step]!;
  return solutionOf(currentStep(state)).find(
    (block) => blocks[block.id] === undefined && (block.kind === 'run' || solutionShown),
  );
}

/** Throws, with a sentence, where a pattern takes too long to tell. */
export function isRight(question: Question, given: string): boolean {
  const { answer } = question;
  const text = given.trim();
  switch (answer.type) {
    case 'choice':
      return Number(text) === answer.right;
    case 'exact':
      return text.toLowerCase() === answer.text.trim().toLowerCase();
    case 'number':
      return text !== '' && Number(text) === answer.value;
    case 'pattern':
      return pattern(answer.pattern, { flags: 'i' }).test(text);
  }
}

/** The first question of the step that has not been answered rightly. */
export const openQuestion = (state: SessionState): Question | undefined =>
  questionsOf(currentStep(state)).find((q) => !state.steps[state.step]!.answers[q.id]?.right);
