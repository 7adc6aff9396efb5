import type { ProcessAssertion } from '../model/check.ts';
import { pattern } from '../util/pattern.ts';
import type { CheckContext } from './context.ts';
import { differs, HOLDS, type Outcome } from './outcome.ts';

const LIST = ['ps', '-ww', '-eo', 'stat=,pid=,user:32=,args='];

/** The pattern is matched here and not by pgrep in the lab, where it would find the process that searches for it. */
export async function process(assertion: ProcessAssertion, { lab, signal }: CheckContext): Promise<Outcome> {
  const { exitCode, stdout, stderr } = await lab.exec(LIST, { cwd: '/', signal });
  if (exitCode !== 0) throw new Error(`The lab's processes cannot be listed: ${stderr.trim()}`);

  const wanted = pattern(assertion.pattern);
  const found = stdout
    .split('\n')
    .map((line) => /^(\S+) +(\d+) (\S+) +(.*)$/.exec(line)?.slice(1) ?? [])
    .filter(
      ([state = '', , , args = '']) => args !== '' && !state.startsWith('Z') && !isOurs(args) && wanted.test(args),
    );
  const match = found.find(([, , user]) => assertion.user === undefined || user === assertion.user);

  const as = assertion.user === undefined ? '' : ` as ${assertion.user}`;
  const expected = `${assertion.running ? 'a' : 'no'} process that matches /${assertion.pattern}/${as}`;
  if ((match !== undefined) === assertion.running) return HOLDS;
  if (match) return differs(expected, `process ${match[1]} of ${match[2]}`);
  return differs(expected, found[0] ? `one that runs as ${found[0][2]}` : 'no such process');
}

/** What checks themselves run: this list, the bridges to the servers, the scripts that look. */
const isOurs = (args: string): boolean =>
  args === LIST.join(' ') || args.startsWith('socat - UNIX-CONNECT:') || /^bash -c .* check( |$)/.test(args);
