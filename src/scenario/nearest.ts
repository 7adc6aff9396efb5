/** The candidate that `word` is most likely a slip of, or undefined where none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.ceil(word.length / 3));
  let best: string | undefined;
  let least = limit + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best;
}

/** What to try in place of `word`: the nearest name, else all of them. */
export function suggest(word: string, candidates: Iterable<string>): string {
  const names = [...candidates];
  const near = nearest(word, names);
  if (near !== undefined) return `Did you mean "${near}"?`;
  return names.length ? `Known here: ${names.join(', ')}.` : 'None is known here.';
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(above[j]! + 1, row[j - 1]! + 1, change, swapped ? before[j - 2]! + 1 : change));
    }
    [before, above] = [above, row];
  }
  return above[b.length]!;
}
