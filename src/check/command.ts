import type { CommandAssertion } from '../model/check.ts';
import { pattern } from '../util/pattern.ts';
import type { CheckContext } from './context.ts';
import { differs, HOLDS, type Outcome } from './outcome.ts';

/** `matches` is sought in what the command prints, standard output first, then standard error. */
export async function command(assertion: CommandAssertion, { lab, signal }: CheckContext): Promise<Outcome> {
  const { user, exit, matches } = assertion;
  const { exitCode, stdout, stderr } = await lab.exec(['bash', '-c', assertion.command], { user, signal });
  const output = stdout + stderr;
  if (exitCode !== exit) {
    const last = output.trimEnd().split('\n').at(-1);
    return differs(`exit status ${exit}`, `exit status ${exitCode}${last ? `: ${last}` : ''}`);
  }
  if (matches === undefined || pattern(matches).test(output)) return HOLDS;
  return differs(`output that matches /${matches}/`, output.trim() || 'no output');
}
