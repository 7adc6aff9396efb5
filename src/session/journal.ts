import type { Scenario } from '../model/scenario.ts';
import { messageOf } from '../util/user-error.ts';
import { OneAtATime } from './look.ts';
import { type LabProgress, type ScenarioProgress, updateProgress } from './progress.ts';
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

export interface Journal {
  /** Resolves when all is written, to how that went. */
  flush(): Promise<Written>;
}

export interface Written {
  /** Why what was last to be saved was not. */
  trouble?: string;
  /** The session's lab: its id, whether it was ever ready, and whether progress leads to it. */
  lab?: { id: string; stood: boolean; saved: boolean };
}

/** Characters of an answer that are kept. */
const ANSWER = 1000;

/**
 * Writes a learner's progress, under the scenario's `key`, whenever it changes. What was finished once stays finished. A new lab
 * takes the place of the one there was, `replaced`, when it is ready and not before, and never that of any other: then another
 * program has made one for this scenario. `trouble` hears why something could not be saved.
 */
export function keepJournal(
  session: Session,
  key: string,
  trouble: (text: string) => void,
  replaced?: string,
): Journal {
  const { scenario } = session;
  const written: Written = {};
  /** Labs that progress may lead away from: those of this session, the removed ones too. */
  const own = new Set([replaced]);
  /** Of the lab, how it was last seen: once a session is closed, it tells nothing of it. */
  let place: Omit<LabProgress, 'entered'> | undefined;
  let mark = '';
  // One write at a time, of how things stand then: a slow disk must not leave the file behind by more than that.
  const saving = new OneAtATime(async () => {
    const { state } = session;
    const { lab } = written;
    const led = place;
    try {
      await updateProgress(({ scenarios }) => {
        const before = scenarios[key];
        if (!lab?.stood || !led) return;
        const now = entryOf(scenario, state, before);
        scenarios[key] = now;
        lab.saved = !before?.lab || own.has(before.lab.id);
        if (!lab.saved) return keepLabOf(before!, now);
        const entered = scenario.steps.filter((_, i) => state.steps[i]!.entered).map(({ id }) => id);
        now.lab = { ...led, entered };
      });
      delete written.trouble;
    } catch (error) {
      written.trouble = messageOf(error);
      if (written.lab) written.lab.saved = false;
      trouble(written.trouble);
    }
  });
  session.subscribe(() => {
    const { state, lab } = session;
    const id = lab?.id ?? written.lab?.id;
    if (id === undefined) return;
    own.add(id);
    if (id !== written.lab?.id) written.lab = { id, stood: id === replaced, saved: false };
    if (state.phase.name === 'ready') written.lab.stood = true;
    if (lab) place = { id, runtime: lab.runtime, major: lab.major, terminals: session.places() };
    const steps = state.steps.map(({ verdicts: _, ...remembered }) => remembered);
    const now = JSON.stringify([state.step, steps, written.lab.id, written.lab.stood, place]);
    if (now === mark) return;
    mark = now;
    void saving.run();
  });
  return {
    flush: async () => {
      await saving.idle();
      // Somebody may have made room meanwhile.
      if (written.trouble) await saving.run();
      return written;
    },
  };
}

/** What is remembered of how things stand; `before` is what was remembered. */
function entryOf(scenario: Scenario, state: SessionState, before: ScenarioProgress | undefined): ScenarioProgress {
  const now = new Date().toISOString();
  const steps = scenario.steps.map(({ id }, i): [string, ScenarioProgress['steps'][string]] => {
    const { completed, hints, solutionShown, answers, latched, blocks } = state.steps[i]!;
    const known = before?.steps[id];
    const done = Object.keys(blocks).filter((block) => blocks[block] === 'done');
    const given = Object.entries(answers).map(([question, answer]) => {
      return [question, { ...answer, given: answer.given.slice(0, ANSWER) }] as const;
    });
    const step = {
      completed: known?.completed ?? (completed ? now : undefined),
      hints: Math.max(hints, known?.hints ?? 0),
      solution: solutionShown || (known?.solution ?? false),
      answers: Object.fromEntries(given),
      latched: [...latched],
      done,
    };
    return [id, step];
  });
  return {
    started: before?.started ?? now,
    finished: before?.finished ?? (isFinished(state) ? now : undefined),
    step: scenario.steps[state.step]!.id,
    steps: Object.fromEntries(steps),
    lab: before?.lab,
  };
}

/** Leaves an entry leading to another program's lab, and to where things stand in it. */
function keepLabOf(before: ScenarioProgress, now: ScenarioProgress): void {
  now.step = before.step;
  for (const [id, { answers, latched, done }] of Object.entries(before.steps))
    if (now.steps[id]) Object.assign(now.steps[id], { answers, latched, done });
}

/** The state of a lab that is new to a learner who has been through some of the steps: those stay finished. */
export function achieved(scenario: Scenario, saved: ScenarioProgress): StepState[] {
  return remembered(scenario, { ...saved, lab: undefined }).steps.map((step) => {
    return { ...step, latched: [], blocks: {}, hints: 0, solutionShown: false, answers: {} };
  });
}

/** Every step that has something to reach has been completed, and the learner stands at the last. */
export const isFinished = (state: SessionState): boolean =>
  state.step === state.steps.length - 1 && state.steps.every((step) => step.completed || step.verdicts.length === 0);
