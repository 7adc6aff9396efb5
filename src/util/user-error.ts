import { withOwnCommand } from './own-command.ts';

/** Exit statuses of the command line. */
export const EXIT = { done: 0, failed: 1, usage: 2, environment: 3, interrupted: 130 } as const;
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

interface Details {
  /** What the person can do about it: a sentence or a command. `waldojo images build` is told as what works here. */
  hint?: string;
  exit?: ExitStatus;
  /** System packages whose installation would mend it. */
  packages?: string[];
  cause?: unknown;
}

/** An error that a person will read: what happened and why, what to do next. Anything else that is thrown is a bug. */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** A stable identifier such as `engine-gone`. */
  readonly code: string;
  readonly hint: string | undefined;
  readonly exit: ExitStatus;
  readonly packages: readonly string[];

  constructor(code: string, message: string, { hint, exit = EXIT.failed, packages = [], cause }: Details = {}) {
    super(withOwnCommand(message), { cause });
    this.code = code;
    this.hint = hint === undefined ? undefined : withOwnCommand(hint);
    this.exit = exit;
    this.packages = packages;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
