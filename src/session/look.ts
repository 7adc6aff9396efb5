import type { CheckContext } from '../check/context.ts';
import { evaluate } from '../check/evaluate.ts';
import type { Check } from '../model/check.ts';
import type { Verdict } from '../model/verdict.ts';

export interface Seen {
  /** One a check, in their order. */
  verdicts: Verdict[];
  /** Names of `once` checks that have been true. */
  latched: string[];
}

/** Makes checks, side by side; one that has latched is true without another look. */
export async function makeChecks(
  checks: Check[],
  latched: readonly string[],
  context: () => CheckContext,
  diagnosed: boolean,
): Promise<Seen> {
  const known = new Set(latched);
  const look = async (check: Check): Promise<Verdict> => {
    const verdict: Verdict = known.has(check.name) ? { status: 'pass' } : await evaluate(check, context(), diagnosed);
    if (check.once && verdict.status === 'pass') known.add(check.name);
    return verdict;
  };
  const verdicts = await Promise.all(checks.map(look));
  return { verdicts, latched: [...known] };
}

/**
 * Does something one at a time. Whoever asks while it is being done waits until it has been done once more, from the
 * beginning: what they want to see may have come about after its first half.
 */
export class OneAtATime<T> {
  readonly #work: () => Promise<T>;
  #running: { result: Promise<T>; again: boolean } | undefined;

  constructor(work: () => Promise<T>) {
    this.#work = work;
  }

  run(): Promise<T> {
    if (this.#running) this.#running.again = true;
    // Later, so that who asks from within the work finds it running.
    else this.#running = { result: Promise.resolve().then(() => this.#repeat()), again: false };
    return this.#running.result;
  }

  /** Resolves when nothing is being done, however it ended. */
  async idle(): Promise<void> {
    await this.#running?.result.catch(() => {});
  }

  async #repeat(): Promise<T> {
    try {
      for (;;) {
        const result = await this.#work();
        if (!this.#running?.again) return result;
        this.#running.again = false;
      }
    } finally {
      this.#running = undefined;
    }
  }
}
