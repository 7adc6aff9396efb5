#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { EXIT } from './util/user-error.ts';

// From the second start on, nothing is compiled again. What is imported before this call is not part of it.
enableCompileCache();

// The first Ctrl-C lets a command clean up; the second does not wait for it.
const interrupt = new AbortController();
process.on('SIGINT', () => {
  if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
  interrupt.abort(new DOMException('Interrupted', 'AbortError'));
});

// Who reads our output, such as `head`, may have enough of it: that ends us, as it ends any program, and is no bug.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.interrupted);
});

try {
  const { runCommandLine } = await import('./cli/program.ts');
  process.exitCode = await runCommandLine(process.argv, interrupt.signal);
} catch (error) {
  const { reportError } = await import('./cli/report-error.ts');
  process.exitCode = reportError(error, interrupt.signal);
}
// What a library still holds open (a socket, a timer) must not keep a finished command from ending.
process.stdout.write('', () => process.exit());
