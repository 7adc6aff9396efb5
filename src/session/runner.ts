import type { CommandBlock } from '../model/scenario.ts';
import type { CommandRecord } from '../terminal/terminal.ts';
import { messageOf, UserError } from '../util/user-error.ts';
import { Guard } from './guard.ts';
import type { Lookout, Surroundings } from './lookout.ts';
import { type BlockStatus, nextBlock } from './state.ts';
import type { Store } from './store.ts';

/** Errors after which nothing has been typed. */
const UNTYPED = ['terminal-busy', 'terminal-ended', 'lab-not-ready'];

/** Types a step's commands for whoever takes the lesson. */
export class Runner {
  readonly #store: Store;
  readonly #lookout: Lookout;
  readonly #around: Surroundings;
  readonly #guard: Guard;

  constructor(store: Store, lookout: Lookout, around: Surroundings) {
    this.#store = store;
    this.#lookout = lookout;
    this.#around = around;
    this.#guard = new Guard((checks) => lookout.at(checks));
  }

  /**
   * Types a block into its terminal and waits for its end; resolves to what was run. Rejects with a UserError when it
   * could not be typed or did not end in its time, and never because a command in it failed.
   */
  async run(block: CommandBlock): Promise<CommandRecord[]> {
    const { tabs } = this.#around.place();
    const store = this.#store;
    const { typing, step, steps } = store.state;
    if (typing) throw new UserError('busy', 'A command is being typed already.');
    const mark = (status: BlockStatus | undefined) => store.dispatch({ type: 'block', step, block: block.id, status });
    store.dispatch({ type: 'terminal', terminal: block.terminal });
    store.dispatch({ type: 'typing', block: block.id });
    mark('running');
    let status: BlockStatus | undefined = 'failed';
    try {
      await this.#around.entered(step);
      const records = await tabs.type(block, this.#around.signal());
      if (endedAsMeant(block, records)) status = 'done';
      return records;
    } catch (error) {
      // What was not typed has not failed.
      if (error instanceof UserError && UNTYPED.includes(error.code)) status = steps[step]!.blocks[block.id];
      throw error;
    } finally {
      mark(status);
      store.dispatch({ type: 'typing', block: null });
      this.#lookout.glance();
    }
  }

  /**
   * For a learner: types a block, by default the step's next one. Before the first of a step it asks whether what was reached
   * before still holds, and where it does not, says so once in place of typing. What goes wrong becomes a notice.
   */
  async next(block = nextBlock(this.#store.state)): Promise<void> {
    if (!block) return;
    try {
      const [lost] = await this.#guard.ask(this.#store.state);
      if (lost) this.#store.tell('error', lostText(lost.step, lost.check.name));
      else await this.run(block);
    } catch (error) {
      if (this.#around.signal().aborted) return;
      const blocked = error instanceof UserError && error.code === 'terminal-busy' ? block.terminal : undefined;
      this.#store.tell('error', messageOf(error), blocked);
    }
  }

  /** Has the step's commands typed once more, from the first. */
  again(): Promise<void> {
    this.#store.dispatch({ type: 'again' });
    return this.next();
  }

  /** The next command is not to be typed. */
  leaveOut(): void {
    const { state } = this.#store;
    const block = nextBlock(state);
    if (!block || state.typing) return;
    this.#store.dispatch({ type: 'block', step: state.step, block: block.id, status: 'left-out' });
  }
}

const lostText = (step: number, check: string): string =>
  `Not typed, because something of step ${step + 1} is no longer so: “${check.replaceAll('`', '')}”. Put it right first, or ask for the command once more.`;

/** Whether each command of a block ended as the document says: the last with its `exit`, those before it with success. */
export function endedAsMeant(block: CommandBlock, records: CommandRecord[]): boolean {
  if (block.background) return true;
  return records.every((record, i) => {
    // A program that was started and stays, such as psql, has not ended yet.
    if (record.status === null) return true;
    return record.status === (i === records.length - 1 ? block.exit : '0');
  });
}
