/** A place in a document; both are counted from 1. */
export interface Position {
  line: number;
  column: number;
}

/** Something wrong in a document, as `file:line:col rule message`. */
export interface Diagnostic extends Position {
  file: string;
  /** The rule that was broken, such as `unknown-variable`. */
  rule: string;
  /** What is wrong and what to do about it, in plain words. */
  message: string;
}
