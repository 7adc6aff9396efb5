import * as z from 'zod/mini';
import { messageOf } from '../util/user-error.ts';
import { DURATION_HELP, parseDuration } from './duration.ts';

/** The scalars of YAML blocks, each read from the text that the author wrote. */

export const text = z.string().check(z.refine((value) => value.trim() !== '', 'must not be empty'));

/** A name or a title: shown where there is one line for it. */
export const line = text.check(z.refine((value) => !value.trim().includes('\n'), 'must be on one line'));

export const flag = z.pipe(
  z.enum(['true', 'false']),
  z.transform((value) => value === 'true'),
);

export const number = z.pipe(z.string().check(z.regex(/^-?\d+(\.\d+)?$/, 'must be a number')), z.transform(Number));

export const wholeNumber = z.pipe(
  z.string().check(z.regex(/^[1-9]\d{0,8}$/, 'must be a whole number above 0')),
  z.transform(Number),
);

export const duration = z.pipe(
  z.string().check(z.refine((value) => parseDuration(value) !== undefined, DURATION_HELP)),
  z.transform((value) => parseDuration(value)!),
);

const UNITS: Record<string, number> = { '': 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

/** Bytes, from a number with or without a unit as PostgreSQL writes it. */
export const bytes = z.pipe(
  z.string().check(z.regex(/^\d+ ?([kMG]B)?$/, 'must be a number of bytes, such as 8192, 8kB or 16MB')),
  z.transform((value) => Number.parseInt(value, 10) * UNITS[value.replace(/[\d ]/g, '')]!),
);

export const sqlstate = z
  .string()
  .check(z.regex(/^[0-9A-Z]{5}$/, 'must be a SQLSTATE of five characters, such as 42P01'));

/** What a command may end with: an exit status, or a SQLSTATE where it ran in psql. */
export const exit = z.string().check(z.regex(/^(\d{1,3}|[0-9A-Z]{5})$/, 'must be an exit status or a SQLSTATE'));

export const segment = z
  .string()
  .check(z.regex(/^[0-9A-F]{24}$/, 'must be the name of a WAL segment: 24 digits, such as 000000010000000000000003'));

/** Why this is no regular expression; undefined when it is one. */
function regexFault(pattern: string): string | undefined {
  try {
    new RegExp(pattern, 'm');
    return undefined;
  } catch (error) {
    return messageOf(error).replace(/^Invalid regular expression: .*\/m: /s, '');
  }
}

const isRegex = (pattern: (value: string) => string) =>
  z.refine<string>((value) => regexFault(pattern(value)) === undefined, {
    error: ({ input }) => `is no regular expression: ${regexFault(pattern(input as string))}`,
    params: { rule: 'invalid-regex' },
  });

const bare = (value: string): string => (value.startsWith('!') ? value.slice(1) : value);

/** A regular expression that cannot be negated. */
export const regex = text.check(
  z.refine((value) => !value.startsWith('!'), 'cannot be negated with "!" here; ask for what must be there'),
  isRegex((value) => value),
);

export const negatableRegex = text.check(isRegex(bare));

/** Takes a leading `!` off. */
export const negation = (value: string): { value: string; negated: boolean } => ({
  value: bare(value),
  negated: value.startsWith('!'),
});
