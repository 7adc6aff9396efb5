import type { Lab } from '../lab/lab.ts';
import type { CommandBlock, Scenario } from '../model/scenario.ts';
import { UserError } from '../util/user-error.ts';

/** Runs a setup block unseen, as the user of its terminal. Its failure is the document's fault, and is said to be. */
export async function runSetup(lab: Lab, scenario: Scenario, block: CommandBlock, signal: AbortSignal): Promise<void> {
  const user = scenario.terminals.find((terminal) => terminal.name === block.terminal)?.user ?? 'student';
  const argv =
    block.language === 'sql'
      ? ['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'postgres', '-f', '-']
      : ['bash', '-e', '-s'];
  const { exitCode, stderr } = await lab.exec(argv, { user, input: block.text, timeout: block.timeout, signal });
  if (exitCode === 0) return;
  throw new UserError('setup-failed', `A setup block failed with exit status ${exitCode}: ${stderr.trim()}`, {
    hint: `It stands at ${scenario.file}:${block.line}.`,
  });
}
