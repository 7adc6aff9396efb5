import type { Scenario } from '../model/scenario.ts';
import { messageOf } from '../util/user-error.ts';
import { OneAtATime } from './look.ts';
import { type ScenarioProgress, updateProgress } from './progress.ts';
import type { Session } from './session.ts';
import type { SessionState, StepState } from './state.ts';

/** The parts of a session's state that progress remembers, as they were. */
export function remembered(scenario: Scenario, saved: ScenarioProgress): Pick<SessionState, 'step' | 'steps'> {
  const step = scenario.steps.findIndex(({ id }) => id === saved.step);
  return {
    step: Math.max(0, step),
    steps: scenario.steps.map(({ id, blocks }): StepState => {
      const known = saved.steps[id];
      return {
        entered: saved.lab?.entered.includes(id) ?? false,
        verdicts: blocks.flatMap((b) => (b.kind === 'check' ? b.checks.map(() => null) : [])),
        latched: known?.latched ?? [],
        blocks: Object.fromEntries((known?.done ?? []).map((block) => [block, 'done' as const])),
        hints: known?.hints ?? 0,
        solutionShown: known?.solution ?? false,
        answers: known?.answers ?? {},
        completed: known?.completed !== undefined,
      };
    }),
  };
}

/** Writes a learner's progress whenever it changes. `trouble` hears why it could not be saved, once a reason. */
export function keepJournal(session: Session, trouble: (text: string) => void): { flush(): Promise<void> } {
  const { scenario } = session;
  let written = '';
  // One write at a time, of how things stand then: a slow disk must not leave the file behind by more than that.
  const saving = new OneAtATime(async () => {
    const { state, lab } = session;
    const places = session.places();
    await updateProgress(({ scenarios }) => {
      const now = new Date().toISOString();
      const before = scenarios[scenario.id];
      const steps: ScenarioProgress['steps'] = {};
      scenario.steps.forEach(({ id }, i) => {
        const { completed, hints, solutionShown, answers, latched, blocks } = state.steps[i]!;
        const done = Object.keys(blocks).filter((block) => blocks[block] === 'done');
        const when = completed ? (before?.steps[id]?.completed ?? now) : undefined;
        steps[id] = { completed: when, hints, solution: solutionShown, answers, latched: [...latched], done };
      });
      const finished = isFinished(state) ? (before?.finished ?? now) : before?.finished;
      const entered = scenario.steps.filter((_, i) => state.steps[i]!.entered).map(({ id }) => id);
      scenarios[scenario.id] = {
        started: before?.started ?? now,
        finished,
        step: scenario.steps[state.step]!.id,
        steps,
        lab: lab ? { id: lab.id, runtime: lab.runtime, major: lab.major, terminals: places, entered } : before?.lab,
      };
    }).catch((error) => trouble(messageOf(error)));
  });
  session.subscribe(() => {
    const { state, lab } = session;
    const steps = state.steps.map(({ verdicts: _, ...remembered }) => remembered);
    const mark = JSON.stringify([state.step, steps, lab?.id, session.places()]);
    if (mark === written) return;
    written = mark;
    void saving.run();
  });
  return { flush: () => saving.idle() };
}

/** Every step that has something to reach has been completed, and the learner stands at the last. */
export const isFinished = (state: SessionState): boolean =>
  state.step === state.steps.length - 1 && state.steps.every((step) => step.completed || step.verdicts.length === 0);
