import type { Session } from '../session/session.ts';
import type { ProvingGround } from './proving-ground.ts';
import type { Typed } from './solve.ts';

/** The lesson's own way, and what is to be proved on it. */
export interface Walk {
  session: Session;
  ground: ProvingGround;
  /** Leave each block out in turn. */
  ablate: boolean;
  /** Take down how the lab stands on entering each step, to come back to. */
  rewind: boolean;
  /** An output that differs is no fault. */
  update: boolean;
  /** All that has been typed, in its order. */
  typed: Typed[];
}
