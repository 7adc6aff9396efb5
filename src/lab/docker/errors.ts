import { EXIT, messageOf, UserError } from '../../util/user-error.ts';

/** What dockerode's errors carry. */
interface EngineError extends Error {
  statusCode?: number;
  code?: string;
  json?: { message?: string } | null;
}

const NO_CONNECTION = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT']);

/** The one place where what an engine answers becomes a sentence. `doing` completes "could not …". */
export function explain(error: unknown, doing: string): Error {
  if (error instanceof UserError) return error;
  const { name, json } = error as EngineError;
  if (name === 'AbortError' || name === 'TimeoutError') return error as Error;
  const said = json?.message ?? messageOf(error).trim();
  if (isDenied(error)) {
    return new UserError('engine-denied', 'You may not use the Docker engine.', {
      hint: 'sudo usermod -aG docker "$USER", then log in again',
      exit: EXIT.environment,
      cause: error,
    });
  }
  if (isConnectionError(error)) return engineGone(error);
  if (/no space left on device|disk quota exceeded/i.test(said)) {
    return new UserError('disk-full', `The disk of the Docker engine is full: could not ${doing}.`, {
      hint: 'Free some space, for example with: waldojo labs rm --all',
      exit: EXIT.environment,
      cause: error,
    });
  }
  if (isMissing(error) && /image/i.test(said)) {
    return new UserError('image-missing', 'The lab image is not there.', {
      hint: 'waldojo images build',
      exit: EXIT.environment,
      cause: error,
    });
  }
  if (isMissing(error)) return labMissing(error);
  // Podman answers 500 where Docker answers 409, so the text decides.
  if (/already in use|name .* in use/i.test(said)) {
    return new UserError('name-taken', `Something else in the engine has the name already: could not ${doing}.`, {
      hint: 'waldojo labs',
      cause: error,
    });
  }
  return new UserError('engine-error', `The Docker engine could not ${doing}: ${said}`, {
    hint: 'waldojo doctor',
    cause: error,
  });
}

/** Waits for an answer of the engine; throws what `explain` makes of a failure. */
export async function ask<T>(doing: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw explain(error, doing);
  }
}

export const engineGone = (cause: unknown): UserError =>
  new UserError('engine-gone', 'The Docker engine does not answer any more.', {
    hint: 'Start it again (sudo systemctl start docker), then start the scenario again: your progress is kept',
    exit: EXIT.environment,
    cause,
  });

export const labMissing = (cause?: unknown): UserError =>
  new UserError('lab-missing', 'That lab does not exist any more.', { hint: 'waldojo labs', cause });

const status = (error: unknown): number | undefined => (error as EngineError).statusCode;

/** Docker 20.10 answers 500 and “unrecognized image ID” to the second of two that remove an image at the same moment. */
export const isMissing = (error: unknown): boolean =>
  status(error) === 404 || /unrecognized image ID/.test(messageOf(error));
export const isDenied = (error: unknown): boolean => (error as EngineError).code === 'EACCES';
export const isConnectionError = (error: unknown): boolean => {
  const { code, message } = error as EngineError;
  return NO_CONNECTION.has(code ?? '') || message === 'socket hang up';
};

/** The container has no processes, or there is no such container. */
export const isNotRunning = (error: unknown): boolean =>
  isMissing(error) || (!isPaused(error) && /not running|container state improper/i.test(messageOf(error)));
export const isPaused = (error: unknown): boolean => /is paused/i.test(messageOf(error));
/** The object is already being removed, or something else uses it. */
export const isConflict = (error: unknown): boolean =>
  status(error) === 409 || (status(error) === 500 && /in progress|in use|being used/i.test(messageOf(error)));
