import { addAbortListener } from 'node:events';

/** Rejects with the signal's reason when that aborts first, whether or not the work listens to it. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const listening = addAbortListener(signal, () => aborted.reject(signal.reason));
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    listening[Symbol.dispose]();
  }
}
