import type { CommandRecord } from './command.ts';
import type { Prompt } from './shells.ts';

/** What a terminal tells, with the arguments of each. */
export interface TerminalEvents {
  /** The screen looks different. */
  change: [];
  /** A prompt has been shown; not when it is merely drawn again. */
  prompt: [prompt: Prompt];
  commandStart: [record: CommandRecord];
  commandEnd: [record: CommandRecord];
  /** Everything in it has ended; after the last of the others. */
  exit: [];
}
