import { excerpt } from '../../util/excerpt.ts';
import { EXIT, messageOf, UserError } from '../../util/user-error.ts';

type Kind =
  /** There is no connection. */
  | 'engine-gone'
  /** No answer in time. */
  | 'engine-silent'
  /** What answers does not speak as an engine does. */
  | 'engine-foreign'
  /** It said no, and why. */
  | 'engine-error';

const HINTS: Record<Kind, string> = {
  'engine-gone': 'Start it again (sudo systemctl start docker), then start the scenario again: your progress is kept',
  'engine-silent': 'Start it again (sudo systemctl restart docker), or do without it: --runtime local',
  'engine-foreign': 'See which engine is meant (DOCKER_HOST, docker context ls), or do without it: --runtime local',
  'engine-error': 'waldojo doctor',
};

interface Details {
  /** Of HTTP. */
  statusCode?: number | undefined;
  /** Of the system, such as `ECONNREFUSED`. */
  errno?: string | undefined;
  /** What the request was for: completes "could not …". */
  doing?: string | undefined;
  cause?: unknown;
}

/**
 * What a request to an engine came to in place of an answer, as a sentence that names the engine. `what` is what the engine
 * did, as in "The engine at … did not answer", or, of an `engine-error`, what it said.
 */
export class EngineError extends UserError {
  declare readonly code: Kind;
  readonly address: string;
  readonly what: string;
  readonly details: Details;

  constructor(kind: Kind, address: string, what: string, details: Details = {}) {
    const { doing } = details;
    const sentence =
      kind === 'engine-error'
        ? `The engine at ${address} could not ${doing ?? 'do what it was asked for'}: ${what}`
        : `The engine at ${address} ${what}${doing ? `: could not ${doing}` : ''}`;
    super(kind, sentence.replace(/[^.…!?]$/, '$&.'), {
      hint: HINTS[kind],
      exit: EXIT.environment,
      cause: details.cause,
    });
    this.address = address;
    this.what = what;
    this.details = details;
  }

  /** Of a failure of the connection. */
  static of(cause: unknown, address: string): EngineError {
    const { code: errno, message } = cause as NodeJS.ErrnoException;
    return NO_CONNECTION.has(errno ?? '') || message === 'socket hang up'
      ? new EngineError('engine-gone', address, 'does not answer any more', { errno, cause })
      : new EngineError('engine-foreign', address, `cannot be understood (${excerpt(messageOf(cause))})`, {
          errno,
          cause,
        });
  }
}

const NO_CONNECTION = new Set([
  ...['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH'],
  ...['ENETUNREACH', 'ENOTSOCK', 'ENOTDIR', 'EACCES', 'EPERM'],
]);

/** Makes of an engine's error what it means for what was being done; `doing` completes "could not …". */
export function explain(error: unknown, doing: string): Error {
  if (!(error instanceof EngineError)) return error as Error;
  const { code, address, what } = error;
  const environment = { exit: EXIT.environment, cause: error };
  if (isDenied(error)) {
    return new UserError('engine-denied', `You may not use the engine at ${address}.`, {
      hint: 'sudo usermod -aG docker "$USER", then log in again',
      ...environment,
    });
  }
  if (code !== 'engine-error') return code === 'engine-gone' ? error : told(error, doing);
  if (/no space left on device|disk quota exceeded/i.test(what)) {
    return new UserError('disk-full', `The disk of the engine at ${address} is full: could not ${doing}.`, {
      hint: 'Free some space, for example with: waldojo labs rm --all',
      ...environment,
    });
  }
  if (isMissing(error) && /image/i.test(what)) {
    return new UserError('image-missing', 'The lab image is not there.', {
      hint: 'waldojo images build',
      ...environment,
    });
  }
  if (isMissing(error)) return labMissing(error);
  // Podman answers 500 where Docker answers 409, so the text decides.
  if (/already in use|name .* in use/i.test(what)) {
    return new UserError('name-taken', `Something else in the engine has the name already: could not ${doing}.`, {
      hint: 'waldojo labs',
      cause: error,
    });
  }
  return told(error, doing);
}

const told = ({ code, address, what, details }: EngineError, doing: string): EngineError =>
  new EngineError(code, address, what, { doing, ...details });

/** Waits for an answer of the engine; throws what `explain` makes of a failure. */
export async function ask<T>(doing: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw explain(error, doing);
  }
}

export const labMissing = (cause?: unknown): UserError =>
  new UserError('lab-missing', 'That lab does not exist any more.', { hint: 'waldojo labs', cause });

const statusOf = (error: unknown): number | undefined =>
  error instanceof EngineError && error.code === 'engine-error' ? error.details.statusCode : undefined;

/** Docker 20.10 answers 500 and “unrecognized image ID” to the second of two that remove an image at the same moment. */
export const isMissing = (error: unknown): boolean =>
  statusOf(error) === 404 || (statusOf(error) === 500 && /unrecognized image ID/.test(messageOf(error)));
export const isDenied = (error: unknown): boolean =>
  error instanceof EngineError && ['EACCES', 'EPERM'].includes(error.details.errno ?? '');
/** Nothing can be said of what the engine has: it is gone, silent, or speaks another language. */
export const isConnectionError = (error: unknown): error is EngineError =>
  error instanceof EngineError && error.code !== 'engine-error';

/** The container has no processes, or there is no such container. */
export const isNotRunning = (error: unknown): boolean =>
  isMissing(error) || (!isPaused(error) && /not running|container state improper/i.test(messageOf(error)));
export const isPaused = (error: unknown): boolean => /is paused/i.test(messageOf(error));
/** The object is already being removed, or something else uses it. */
export const isConflict = (error: unknown): boolean =>
  statusOf(error) === 409 || (statusOf(error) === 500 && /in progress|in use|being used/i.test(messageOf(error)));
