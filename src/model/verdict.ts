/**
 * What a check found. `fail`: the learner is not there yet. `broken`: the check itself could not be made, so nothing is
 * known. The two never look alike.
 */
export type Verdict =
  | { status: 'pass' }
  | {
      status: 'fail';
      /** What the learner reads: the first diagnosis that holds, or the check's `otherwise`. */
      reason: string;
      expected: string;
      actual: string;
      /** Index into the check's `diagnose` list, or null when it was `otherwise`. */
      diagnosis: number | null;
    }
  | { status: 'broken'; reason: string };

/** Null is one that nobody has looked for yet. */
export const allPass = (verdicts: readonly (Verdict | null)[]): boolean =>
  verdicts.every((verdict) => verdict?.status === 'pass');
