import type { Check } from '../model/check.ts';
import { checksOf, commandsOf } from '../model/scenario.ts';
import type { Verdict } from '../model/verdict.ts';
import type { SessionState } from './state.ts';

/** A check of a finished step that holds no longer. */
export interface Lost {
  /** Index of the step. */
  step: number;
  check: Check;
}

/** What a learner did once, or knew, is not undone by what comes later. */
const isLasting = ({ assertion, once }: Check): boolean =>
  !once && assertion.kind !== 'ran' && assertion.kind !== 'answer';

/**
 * Asks again, before the first command of a step is typed, for what was reached before it: that command may destroy what only
 * then has a copy. Later than that a step may well undo what those before it asked for, so nothing is asked.
 */
export class Guard {
  readonly #look: (checks: Check[]) => Promise<Verdict[]>;
  /** Found lost and not yet seen to hold again. */
  #lost: Lost[] = [];
  #told: number | null = null;

  constructor(look: (checks: Check[]) => Promise<Verdict[]>) {
    this.#look = look;
  }

  /** What holds no longer, and has not been told in this step yet. */
  async ask(state: SessionState): Promise<Lost[]> {
    const { step, steps, scenario } = state;
    const begun = steps.slice(step).some(({ blocks, completed }) => completed || Object.keys(blocks).length > 0);
    const setup = commandsOf(scenario.steps[step]!.blocks, 'setup').length > 0;
    if (begun || setup || this.#told === step) return [];
    const watched = [...this.#lost, ...lastReached(state)].filter(
      ({ check }, i, all) => i === all.findIndex((other) => other.check === check),
    );
    if (watched.length === 0) return [];
    const verdicts = await this.#look(watched.map(({ check }) => check));
    this.#lost = watched.filter((_, i) => verdicts[i]?.status === 'fail');
    if (this.#lost.length > 0) this.#told = step;
    return this.#lost;
  }
}

/** The lasting checks of the last step before this one that was finished and has any. */
function lastReached({ scenario, steps, step: at }: SessionState): Lost[] {
  for (let step = at - 1; step >= 0; step--) {
    if (!steps[step]!.completed) continue;
    const checks = checksOf(scenario.steps[step]!).filter(isLasting);
    if (checks.length > 0) return checks.map((check) => ({ step, check }));
  }
  return [];
}
