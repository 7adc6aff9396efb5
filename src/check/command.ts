import type { CommandAssertion } from '../model/check.ts';
import { pattern } from '../util/pattern.ts';
import type { CheckContext } from './context.ts';
import { differs, HOLDS, type Outcome } from './outcome.ts';

// The status of a command counts once it has begun: who cannot enter their home has not failed at the command.
const BEGUN = 'begun\n';
const BEGIN = `cd && printf '${BEGUN.trim()}\\n' && exec bash -c "$1"`;

/** What the learner may have set up for themselves, and no shell of ours would read, psql reads. */
const PLAIN = { PSQLRC: '/dev/null', PAGER: 'cat' };

/** `matches` is sought in what the command prints, standard output first, then standard error. */
export async function command(assertion: CommandAssertion, { lab, signal }: CheckContext): Promise<Outcome> {
  const { user, exit, matches } = assertion;
  const argv = ['bash', '-c', BEGIN, 'check', assertion.command];
  const { exitCode, stdout, stderr } = await lab.exec(argv, { user, cwd: '/', env: PLAIN, signal });
  if (!stdout.startsWith(BEGUN)) throw new Error(notBegun(user, stderr));
  const output = stdout.slice(BEGUN.length) + stderr;
  if (exitCode !== exit) {
    const last = output.trimEnd().split('\n').at(-1);
    return differs(`exit status ${exit}`, `exit status ${exitCode}${last ? `: ${last}` : ''}`);
  }
  if (matches === undefined || pattern(matches).test(output)) return HOLDS;
  return differs(`output that matches /${matches}/`, output.trim() || 'no output');
}

function notBegun(user: string, said: string): string {
  const last = said.trim().split('\n').at(-1) ?? '';
  const [, home, why] = /: cd: (.*): ([^:]*)$/.exec(last) ?? [];
  if (!home) return `A command could not be started as ${user}: ${last || 'it said nothing'}`;
  return (
    `${user} cannot enter the home directory ${home} (${why}), so no command can be tried there. ` +
    `Make it usable again: sudo mkdir -p ${home}; sudo chown ${user}: ${home}; sudo chmod 750 ${home}`
  );
}
