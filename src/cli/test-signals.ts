import { EXIT, UserError } from '../util/user-error.ts';
import { reportError } from './report-error.ts';

interface Signals {
  /** Aborts when the run is to be ended without waiting for what is in hand. */
  hurry: AbortSignal;
  /** Calls back when nothing is left that could end what is waited for. Returns what takes the listener away. */
  onStall(listener: (reason: Error) => void): () => void;
}

/**
 * Takes over what may happen to the process, so that there is always a report: the second Ctrl-C no longer ends it at once,
 * but with a report of what is known; a third does. To be asked to end by another program, or to lose the terminal, is the
 * same as Ctrl-C. An error that nobody caught, and a wait for what is gone, end the cases in hand and not the process.
 */
export function testSignals(interrupted: AbortSignal): Signals {
  const hurry = new AbortController();
  const listeners = new Set<(reason: Error) => void>();
  const tell = (reason: Error) => {
    if (listeners.size === 0) process.exit(reportError(reason, interrupted));
    for (const listener of [...listeners]) listener(reason);
  };

  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.kill(process.pid, 'SIGINT'));
  interrupted.addEventListener('abort', () => {
    process.stderr.write('\nInterrupted: removing the labs. Once more leaves at once.\n');
    process.removeAllListeners('SIGINT');
    process.on('SIGINT', () => {
      if (hurry.signal.aborted) process.exit(EXIT.interrupted);
      hurry.abort(interrupted.reason);
    });
  });
  process.removeAllListeners('beforeExit');
  process.on('beforeExit', () => tell(gone()));
  process.on('uncaughtException', tell);

  return {
    hurry: hurry.signal,
    onStall: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const gone = (): UserError =>
  new UserError('stalled', 'What it waited for has gone without an answer, such as an engine that broke off.', {
    exit: EXIT.environment,
  });
