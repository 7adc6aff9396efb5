/** Lets work through, any number at once; while it is shut, for one piece of work alone, the others wait. */
export class Gate {
  #shut: Promise<unknown> = Promise.resolve();
  #alone = 0;
  readonly #inside = new Set<Promise<unknown>>();

  async pass<T>(work: () => Promise<T>): Promise<T> {
    let shut: unknown;
    do {
      shut = this.#shut;
      await shut;
    } while (shut !== this.#shut);
    const running = work();
    this.#inside.add(running);
    try {
      return await running;
    } finally {
      this.#inside.delete(running);
    }
  }

  /** Work that has to be alone is done, or waits. */
  get isShut(): boolean {
    return this.#alone > 0;
  }

  async alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#shut;
    this.#alone += 1;
    const running = before.then(() => Promise.allSettled(this.#inside)).then(work);
    this.#shut = running
      .catch(() => {})
      .finally(() => {
        this.#alone -= 1;
      });
    return running;
  }
}
