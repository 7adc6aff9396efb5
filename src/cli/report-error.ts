import { EXIT, type ExitStatus, UserError } from '../util/user-error.ts';

/** Tells a person what went wrong, on standard error, and returns the exit status that says which kind it was. */
export function reportError(error: unknown, interrupted: AbortSignal): ExitStatus {
  if (interrupted.aborted || (error instanceof Error && error.name === 'AbortError')) {
    process.stderr.write('waldojo: interrupted\n');
    return EXIT.interrupted;
  }
  if (error instanceof UserError) {
    process.stderr.write(`waldojo: ${error.message}\n`);
    if (error.hint) process.stderr.write(`${error.hint.replace(/^/gm, '  ')}\n`);
    if (process.env.WALDOJO_DEBUG) console.error(error);
    return error.exit;
  }
  process.stderr.write('waldojo: this is a bug in waldojo; please report it with what follows.\n');
  console.error(error);
  return EXIT.failed;
}
