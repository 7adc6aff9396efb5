/**
 * Enters steps, which is to do their setup: one at a time, and each once, whoever asks and however often. A learner may be two
 * steps further, or back, before a setup has ended.
 */
export class Entrances {
  readonly #work: (step: number) => Promise<void>;
  readonly #entering = new Map<number, Promise<void>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(work: (step: number) => Promise<void>) {
    this.#work = work;
  }

  /** Resolves when the step has been entered; after a failure, the next call tries again. */
  enter(step: number): Promise<void> {
    const known = this.#entering.get(step);
    if (known) return known;
    const entering = this.#last.then(() => this.#work(step)).finally(() => this.#entering.delete(step));
    this.#last = entering.catch(() => {});
    this.#entering.set(step, entering);
    return entering;
  }

  /** Resolves when the step is not being entered any more; rejects as its entering does. */
  async settled(step: number): Promise<void> {
    await this.#entering.get(step);
  }
}
