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

interface Work<T> {
  /** Somebody waits for what comes of it. */
  awaited: boolean;
  stop: AbortController;
  result: Promise<T>;
}

/**
 * Does something one at a time. Whoever asks while it is being done waits until it has been done once more, from the
 * beginning: what they want to see may have come about after its first half. All who ask meanwhile share that once, and who
 * asks later waits for a later one, so that nobody waits for longer than twice its time.
 */
export class OneAtATime<T> {
  readonly #work: (signal: AbortSignal) => Promise<T>;
  #running: Work<T> | undefined;
  #next: Omit<Work<T>, 'stop'> | undefined;

  constructor(work: (signal: AbortSignal) => Promise<T>) {
    this.#work = work;
  }

  /** For somebody who waits: what is being done for nobody is broken off for it. */
  run(): Promise<T> {
    return this.#ask(true);
  }

  /** For nobody in particular. It rejects when it was broken off. */
  glance(): Promise<T> {
    return this.#ask(false);
  }

  get busy(): boolean {
    return this.#running !== undefined || this.#next !== undefined;
  }

  /** Resolves when nothing is being done, however it ended. */
  async idle(): Promise<void> {
    while (this.busy) await (this.#next ?? this.#running)?.result.catch(() => {});
  }

  #ask(awaited: boolean): Promise<T> {
    if (!this.busy) return this.#begin(awaited);
    const running = this.#running;
    if (awaited && running && !running.awaited) running.stop.abort(new DOMException('Asked anew', 'AbortError'));
    this.#next ??= { awaited, result: this.#after(running?.result) };
    this.#next.awaited ||= awaited;
    return this.#next.result;
  }

  async #after(earlier: Promise<T> | undefined): Promise<T> {
    await earlier?.catch(() => {});
    const awaited = this.#next!.awaited;
    this.#next = undefined;
    return this.#begin(awaited);
  }

  #begin(awaited: boolean): Promise<T> {
    const stop = new AbortController();
    // Later, so that who asks from within the work finds it running.
    const result = Promise.resolve()
      .then(() => this.#work(stop.signal))
      .finally(() => {
        this.#running = undefined;
      });
    this.#running = { awaited, stop, result };
    return result;
  }
}
