import type Docker from 'dockerode';
import { excerpt } from '../../util/excerpt.ts';
import { EngineError } from './errors.ts';
import { lineOf } from './transport.ts';

type Listener = (what: string | undefined) => void;

/** Watches what keeps a lab from going on without its having ended: somebody paused it, or its engine says nothing. */
export class Hindrances {
  readonly #docker: Docker;
  readonly #container: () => Docker.Container;
  readonly #isWatched: () => boolean;
  readonly #listeners: Listener[] = [];
  #told: string | undefined;
  #looking = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(docker: Docker, container: () => Docker.Container, isWatched: () => boolean) {
    this.#docker = docker;
    this.#container = container;
    this.#isWatched = isWatched;
  }

  /** The first listener starts the watch, which does not keep the program from ending. */
  on(listener: Listener): void {
    this.#listeners.push(listener);
    this.#timer ??= setInterval(() => void this.#glance(), lineOf(this.#docker).limits.watch).unref();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  /** What hinders the lab now. Undefined also where that cannot be told: whatever is wrong then has another name. */
  async look(): Promise<string | undefined> {
    const container = this.#container();
    try {
      const { State } = await container.inspect();
      if (!State.Paused) return undefined;
      return `The lab was paused by somebody, and nothing in it goes on until: docker unpause ${excerpt(container.id, 12)}`;
    } catch (error) {
      return error instanceof EngineError && error.code === 'engine-silent' ? this.#silent() : undefined;
    }
  }

  async #glance(): Promise<void> {
    if (this.#looking || !this.#isWatched()) return;
    this.#looking = true;
    const late = setTimeout(() => this.#tell(this.#silent()), lineOf(this.#docker).limits.late);
    const what = await this.look();
    clearTimeout(late);
    this.#looking = false;
    this.#tell(what);
  }

  #silent(): string {
    return `The engine at ${lineOf(this.#docker).address} does not answer. The lab goes on when it does.`;
  }

  #tell(what: string | undefined): void {
    // It may be paused for a snapshot meanwhile, during which some engines tell nothing of it either.
    if (what === this.#told || !this.#isWatched()) return;
    this.#told = what;
    for (const listener of this.#listeners) listener(what);
  }
}
