import { hintsOf, questionsOf, solutionOf } from '../model/scenario.ts';
import { currentStep, openQuestion, type SessionState } from '../session/state.ts';
import { BINDINGS, type Binding } from './keymap.ts';

/** The bindings that do something in this step. */
export function offered(state: SessionState): Binding[] {
  const step = currentStep(state);
  const { solutionShown } = state.steps[state.step]!;
  const idle: Partial<Record<Binding['command']['do'], boolean>> = {
    hint: hintsOf(step).length === 0,
    answer: !openQuestion(state) && questionsOf(step).length === 0,
    solution: solutionShown || solutionOf(step).every(({ kind }) => kind !== 'solution'),
    previous: state.step === 0,
  };
  return BINDINGS.filter(({ command }) => !idle[command.do]);
}
