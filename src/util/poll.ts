import { setTimeout as delay } from 'node:timers/promises';

interface PollOptions {
  /** Milliseconds from now until the last attempt. */
  within: number;
  /** Milliseconds between two attempts. */
  every?: number;
  signal?: AbortSignal | undefined;
}

/** Calls `attempt` until `done` accepts what it returns or the time is up; resolves to the last result either way. */
export async function poll<T>(
  attempt: () => Promise<T>,
  done: (result: T) => boolean,
  { within, every = 50, signal }: PollOptions,
): Promise<T> {
  const deadline = performance.now() + within;
  for (;;) {
    signal?.throwIfAborted();
    const result = await attempt();
    const left = deadline - performance.now();
    if (done(result) || left <= 0) return result;
    await delay(Math.min(every, left), undefined, { signal });
  }
}
