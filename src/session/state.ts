import type { RuntimeName } from '../lab/lab.ts';
import {
  type CommandBlock,
  type Question,
  questionsOf,
  type Scenario,
  type Step,
  solutionOf,
} from '../model/scenario.ts';
import { allPass, type Verdict } from '../model/verdict.ts';

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
  /** Name of the tab in which something is in the way: at its next prompt or command that is no longer so. */
  blocked?: string;
}

export interface StepState {
  /** Its setup blocks have been done in this lab. */
  readonly entered: boolean;
  /** One verdict a check, in the order of the document; null before the first look. */
  readonly verdicts: readonly (Verdict | null)[];
  /** Names of `once` checks that have been true. */
  readonly latched: readonly string[];
  /** Ids of the command blocks that were typed, with how they ended. */
  readonly blocks: Readonly<Record<string, BlockStatus>>;
  readonly hints: number;
  readonly solutionShown: boolean;
  readonly answers: Readonly<Record<string, Answer>>;
  /** All its checks have passed together, once. */
  readonly completed: boolean;
  /** They have in the lab that there is, since the session began. */
  readonly held?: boolean;
}

/** How a command block stands; `left-out` is one that the learner did by themselves, or does not want. */
export type BlockStatus = 'running' | 'done' | 'failed' | 'left-out';

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
  /** Without a status it is as it was before it was typed for the first time. */
  | { type: 'block'; step: number; block: string; status: BlockStatus | undefined }
  /** The step's commands are to be typed once more. */
  | { type: 'again' }
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
      return { ...fromFirst(state, action.step), step: action.step, notice: null };
    case 'entered':
      return change(action.step, { entered: true });
    case 'checking':
      return { ...state, checking: action.checking };
    case 'verdicts': {
      const { completed, held = false } = state.steps[action.step]!;
      const { verdicts, latched } = action;
      const all = allPass(verdicts);
      return change(action.step, { verdicts, latched, completed: completed || all, held: held || all });
    }
    case 'block': {
      const { [action.block]: _, ...blocks } = state.steps[action.step]!.blocks;
      return change(action.step, { blocks: action.status ? { ...blocks, [action.block]: action.status } : blocks });
    }
    case 'again':
      return change(state.step, { blocks: {} });
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
    case 'reset': {
      // The lab is another; what was finished in the one before stays finished.
      const steps = state.scenario.steps.map((step, i) => ({
        ...untouched(step),
        completed: state.steps[i]!.completed,
      }));
      return { ...state, step: 0, steps, typing: null, notice: null };
    }
  }
}

export const currentStep = (state: SessionState): Step => state.scenario.steps[state.step]!;

/** The commands of the step that are shown: a solution only once it was asked for. */
export const shownBlocks = (state: SessionState): CommandBlock[] =>
  solutionOf(currentStep(state)).filter(({ kind }) => kind === 'run' || state.steps[state.step]!.solutionShown);

/** The block that the run key types next: the first shown one that has not been done. One that failed is not done. */
export function nextBlock(state: SessionState): CommandBlock | undefined {
  const { blocks } = state.steps[state.step]!;
  return shownBlocks(state).find(({ id }) => blocks[id] !== 'done' && blocks[id] !== 'left-out');
}

/**
 * A finished step of which some commands were typed by hand begins again at its first: those that are left would be typed where
 * the others have not led.
 */
function fromFirst(state: SessionState, step: number): SessionState {
  const unfinished = state.steps[step]!.completed && nextBlock({ ...state, step });
  if (!unfinished) return state;
  return { ...state, steps: state.steps.map((each, i) => (i === step ? { ...each, blocks: {} } : each)) };
}

/** The first question of the step that has not been answered rightly. */
export const openQuestion = (state: SessionState): Question | undefined =>
  questionsOf(currentStep(state)).find((q) => !state.steps[state.step]!.answers[q.id]?.right);
