import util from 'node:util';
import { EXIT } from './user-error.ts';

/** What the program does: resolves to its exit status, and never rejects. */
type Work = (signal: AbortSignal) => Promise<number>;

/** Does the work and ends the process with its status, whatever becomes of the terminal, of who reads, of the work itself. */
export function runProgram(work: Work): void {
  // The first Ctrl-C lets a command clean up; the second does not wait for it.
  const interrupt = new AbortController();
  process.on('SIGINT', () => {
    if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
    interrupt.abort(new DOMException('Interrupted', 'AbortError'));
  });
  process.stdout.on('error', endWithoutOutput);
  // There is no other place to say it.
  process.stderr.on('error', () => {});
  // Nothing is left that could end the work: it waits for an answer whose sender is gone.
  process.on('beforeExit', () => {
    end(
      'what it waited for has gone without an answer, such as an engine that broke off; the work is not finished.',
      EXIT.environment,
    );
  });
  void work(interrupt.signal).then((status) => {
    // What a library still holds open (a socket, a timer) must not keep a finished command from ending. The stream calls
    // back before it tells of a failure.
    process.stdout.write('', () => setImmediate(() => process.exit(status)));
  });
}

function endWithoutOutput(error: NodeJS.ErrnoException): void {
  // Who reads our output, such as `head`, may have enough of it: that ends us, as it ends any program, and is no bug.
  if (error.code === 'EPIPE') process.exit(EXIT.interrupted);
  const why = error.errno === undefined ? error.message : util.getSystemErrorMessage(error.errno);
  end(`standard output cannot be written: ${why}.`, EXIT.environment);
}

function end(why: string, status: number): never {
  process.stderr.write(`waldojo: ${why}\n`);
  process.exit(status);
}
