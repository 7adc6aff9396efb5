import type { RanAssertion } from '../model/check.ts';
import { pattern } from '../util/pattern.ts';
import type { CheckContext } from './context.ts';
import { differs, HOLDS, type Outcome } from './outcome.ts';

export async function ran(
  { pattern: source, terminal, exit, last: newestOf }: RanAssertion,
  context: CheckContext,
): Promise<Outcome> {
  const place = terminal === undefined ? '' : ` in the terminal ${terminal}`;
  const end = exit === undefined ? '' : `, ending with ${exit}`;
  const expected = `a command that matches /${source}/${place}${end}`;

  const kin = newestOf === undefined ? undefined : pattern(newestOf);
  const commands = kin ? context.commands.filter(({ command }) => kin.test(command)).slice(-1) : context.commands;
  const wanted = pattern(source);
  const alike = commands.filter(({ command }) => wanted.test(command));
  const here = alike.filter((command) => terminal === undefined || command.terminal === terminal);
  if (here.some(({ status }) => exit === undefined || status === exit)) return HOLDS;

  const last = here.at(-1);
  if (last) return differs(expected, last.status === null ? 'it is still running' : `it ended with ${last.status}`);
  const elsewhere = alike.at(-1);
  return differs(expected, elsewhere ? `it was run in the terminal ${elsewhere.terminal}` : 'no such command yet');
}
