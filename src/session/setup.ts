import type { Lab } from '../lab/lab.ts';
import { type Block, type CommandBlock, commandsOf, type Scenario } from '../model/scenario.ts';
import { UserError } from '../util/user-error.ts';

/** A setup block failed: the document's fault, not the learner's. */
export class SetupError extends UserError {
  /** Of the block. */
  readonly line: number;

  constructor({ file }: Scenario, { line }: CommandBlock, what: string, cause?: unknown) {
    super('setup-failed', `The setup block at ${file}:${line} ${what}`, { cause });
    this.line = line;
  }
}

/** Runs the setup blocks among these, one after the other (`runSetup`). */
export async function runSetups(lab: Lab, scenario: Scenario, blocks: Block[], signal: AbortSignal): Promise<void> {
  for (const block of commandsOf(blocks, 'setup')) await runSetup(lab, scenario, block, signal);
}

/** Runs a setup block unseen, as the user of its terminal. Throws a SetupError when it fails or does not end. */
async function runSetup(lab: Lab, scenario: Scenario, block: CommandBlock, signal: AbortSignal): Promise<void> {
  const user = scenario.terminals.find((terminal) => terminal.name === block.terminal)?.user ?? 'student';
  const argv =
    block.language === 'sql'
      ? ['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'postgres', '-f', '-']
      : ['bash', '-e', '-s'];
  const { timeout } = block;
  const options = { user, input: block.text, timeout, signal };
  const { exitCode, stderr } = await lab.exec(argv, options).catch((error) => {
    if (!(error instanceof UserError) || error.code !== 'exec-timeout') throw error;
    throw new SetupError(scenario, block, `did not end within ${timeout / 1000} s.`, error);
  });
  if (exitCode !== 0) throw new SetupError(scenario, block, `ended with exit status ${exitCode}: ${stderr.trim()}`);
}
