import type { CommandBlock } from '../model/scenario.ts';
import { DURATION_HELP, parseDuration } from './duration.ts';
import type { Fence } from './fence.ts';
import { isTaken } from './ids.ts';
import { suggest } from './nearest.ts';
import type { Report } from './report.ts';

const DEFAULT_TIMEOUT = 60_000;

export type CommandFence = Fence & { role: CommandBlock['kind'] };

export const isCommand = (fence: Fence): fence is CommandFence =>
  fence.role === 'run' || fence.role === 'solution' || fence.role === 'setup' || fence.role === 'wrong';

/** A command from its fence; `id` is what it is called unless the fence says so. */
export function readCommand(
  fence: CommandFence,
  id: string,
  terminals: readonly string[],
  report: Report,
): CommandBlock {
  const { role, attributes, at } = fence;
  const language = fence.language === 'sql' ? 'sql' : 'sh';
  const value = (name: string): string | undefined => attributes.get(name)?.value;
  if (!fence.text.trim())
    report('empty-block', at, `This ${role} block is empty. Write the command, or take the block out.`);

  const terminal = value('in') ?? (language === 'sql' ? 'psql' : 'shell');
  if (terminals.length && !terminals.includes(terminal)) {
    const where = attributes.get('in')?.at ?? at;
    const why = attributes.has('in') ? '' : ` (the default for ${language}; choose one with in=)`;
    report('unknown-terminal', where, `There is no terminal "${terminal}"${why}. ${suggest(terminal, terminals)}`);
  }

  if (isTaken(value('id') ?? '')) {
    report('bad-attribute', attributes.get('id')!.at, `A block cannot be called "${value('id')}". Choose another id.`);
  }

  const exit = value('exit') ?? '0';
  const isStatus = language === 'sql' ? /^(0|[0-9A-Z]{5})$/.test(exit) : /^\d{1,3}$/.test(exit) && Number(exit) < 256;
  if (!isStatus) {
    const wanted = language === 'sql' ? '0 or a SQLSTATE such as 42P01' : 'a number from 0 to 255';
    report('bad-attribute', attributes.get('exit')!.at, `"exit" of a ${language} block must be ${wanted}.`);
  }

  const timeout = attributes.has('timeout') ? parseDuration(value('timeout')!) : DEFAULT_TIMEOUT;
  if (!timeout) report('bad-attribute', attributes.get('timeout')!.at, `"timeout" ${DURATION_HELP}.`);

  if (role === 'wrong' && !attributes.has('trips')) {
    report('missing-attribute', at, 'A wrong block must name the check that notices it: trips="name of the check".');
  }
  return {
    kind: role,
    id: value('id') ?? id,
    language,
    text: fence.text.trimEnd(),
    terminal,
    exit,
    timeout: timeout ?? DEFAULT_TIMEOUT,
    background: attributes.has('background'),
    interrupt: attributes.has('interrupt'),
    optional: attributes.has('optional'),
    trips: value('trips'),
    replaces: value('replaces'),
    line: at.line,
  };
}
