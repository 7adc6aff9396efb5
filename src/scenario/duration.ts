const UNITS = { ms: 1, s: 1000, m: 60_000 } as const;

/** No lesson waits longer for anything, and a timer that is given much more goes off at once. */
const LONGEST = 60 * UNITS.m;

/** `500ms`, `60s` or `2m` in milliseconds; undefined for anything else, also for more than an hour. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text);
  const milliseconds = match ? Math.round(Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]) : undefined;
  return milliseconds !== undefined && milliseconds <= LONGEST ? milliseconds : undefined;
}

/** What to say about a duration that cannot be read. */
export const DURATION_HELP = 'must be a duration such as 500ms, 60s or 2m, and at most 60m';
