#!/usr/bin/env node
import { useCompileCache } from './util/compile-cache.ts';
import { settleEnvironment } from './util/environment.ts';
import { requireNode } from './util/node-version.ts';
import { runProgram } from './util/run-program.ts';

// What is imported here must load on older Nodes too, which are told so.
runProgram(async (signal) => {
  try {
    requireNode();
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
