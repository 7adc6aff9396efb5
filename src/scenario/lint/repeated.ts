/** What has the same key as something before it, with that. Empty keys do not count. */
export function repeated<T>(things: T[], keyOf: (thing: T) => string): { again: T; first: T }[] {
  const seen = new Map<string, T>();
  return things.flatMap((thing) => {
    const key = keyOf(thing);
    const first = seen.get(key);
    if (first !== undefined) return [{ again: thing, first }];
    if (key) seen.set(key, thing);
    return [];
  });
}
