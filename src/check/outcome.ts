/** What an assertion found. Anything that it throws, but a NotYet, means that it could not be made. */
export type Outcome =
  | { holds: true }
  | {
      holds: false;
      /** Both read on after "expected" and "found": a value, or a few words without a full stop. */
      expected: string;
      actual: string;
      /** `actual` is a clause of its own, such as "the cluster main is not running", because there was no value to see. */
      clause?: boolean;
    };

export const HOLDS: Outcome = { holds: true };

export const differs = (expected: string, actual: string): Outcome => ({ holds: false, expected, actual });

/** For when there is no value to see; `clause` says why, without a full stop. */
export const unseen = (expected: string, clause: string): Outcome => ({
  holds: false,
  expected,
  actual: clause,
  clause: true,
});

/** What was asked about is not there to be asked: a fact about the learner's world, so no fault of the check. */
export class NotYet extends Error {
  override readonly name: string = 'NotYet';
  readonly sqlstate: string | undefined;

  /** `message` is a clause without a full stop. */
  constructor(message: string, sqlstate?: string) {
    super(message);
    this.sqlstate = sqlstate;
  }
}

/** Turns a NotYet into an outcome and throws everything else on. */
export function notYet(error: unknown, expected: string): Outcome {
  if (error instanceof NotYet) return unseen(expected, error.message);
  throw error;
}
