const UNITS = { ms: 1, s: 1000, m: 60_000 } as const;

/** `500ms`, `60s` or `2m` in milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text);
  return match ? Math.round(Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]) : undefined;
}

/** What to say about a duration that cannot be read. */
export const DURATION_HELP = 'must be a duration such as 500ms, 60s or 2m';
