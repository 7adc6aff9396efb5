#!/usr/bin/env node
import { useCompileCache } from './util/compile-cache.ts';
import { settleEnvironment } from './util/environment.ts';
import { runProgram } from './util/run-program.ts';

runProgram(async (signal) => {
  try {
    settleEnvironment();
    useCompileCache();
    // It is advice to programmers, on how a library of ours calls Node; who runs us can do nothing about it.
    process.noDeprecation = !process.env.WALDOJO_DEBUG;
    const { runCommandLine } = await import('./cli/program.ts');
    return await runCommandLine(process.argv, signal);
  } catch (error) {
    const { reportError } = await import('./cli/report-error.ts');
    return reportError(error, signal);
  }
});
