#!/usr/bin/env node
import { runCommandLine } from './cli/program.ts';
import { reportError } from './cli/report-error.ts';
import { EXIT } from './util/user-error.ts';

// The first Ctrl-C lets a command clean up; the second does not wait for it.
const interrupt = new AbortController();
process.on('SIGINT', () => {
  if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
  interrupt.abort(new DOMException('Interrupted', 'AbortError'));
});

try {
  process.exitCode = await runCommandLine(process.argv, interrupt.signal);
} catch (error) {
  process.exitCode = reportError(error, interrupt.signal);
}
// What a library still holds open (a socket, a timer) must not keep a finished command from ending.
process.stdout.write('', () => process.exit());
