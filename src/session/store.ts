import { type Action, type Notice, reduce, type SessionState } from './state.ts';

/** Holds the state of a session and tells who listens when it changes. */
export class Store {
  #state: SessionState;
  readonly #listeners = new Set<() => void>();

  constructor(state: SessionState) {
    this.#state = state;
  }

  get state(): SessionState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispatch(action: Action): void {
    const state = reduce(this.#state, action);
    if (state === this.#state) return;
    this.#state = state;
    this.notify();
  }

  /** Shows the person something that is not part of the lesson. */
  tell(kind: Notice['kind'], text: string, blocked?: string): void {
    this.dispatch({ type: 'notice', notice: { kind, text, ...(blocked !== undefined && { blocked }) } });
  }

  /** What was in the way in a tab, if that was told, is so no longer. */
  unblock(tab: string): void {
    if (this.#state.notice?.blocked === tab) this.dispatch({ type: 'notice', notice: null });
  }

  notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
