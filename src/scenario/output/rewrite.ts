import { resolveVariables, type Variables } from '../variables.ts';
import { alignOutput, type Row } from './align.ts';
import { isAnyLines, isRule, linesOf, matchOutput, PLACEHOLDERS, type Placeholder, readPattern } from './match.ts';
import { commonKind, mergeLines, type Pair } from './merge.ts';
import { patternsOf } from './volatile.ts';

/** What an output block has to match: what was printed where variables had these values. */
export interface Printed {
  text: string;
  variables: Variables;
}

/** A line of an output block as its document has it, and its number in the block of before if it stays; both from 0. */
export interface BlockLine {
  text: string;
  kept?: number;
}

/** How often what came is laid beside the pattern again: where a placeholder comes or goes, a table's other lines may follow. */
const ROUNDS = 3;

/**
 * The lines of an output block, as its document has them, changed to match all of what was printed. Lines that match stay; of
 * the others what differs from one output to the next becomes a placeholder, or `...`. Null if that does not come to
 * an end.
 */
export function rewriteOutput(lines: string[], outputs: Printed[]): BlockLine[] | null {
  let pattern: BlockLine[] = lines.map((text, kept) => ({ text, kept }));
  const matches = ({ text, variables }: Printed) => matchOutput(resolved(pattern, variables), text).ok;
  const first = outputs.find((output) => !matches(output));
  if (!first) return pattern;
  for (let round = 0; round < ROUNDS && !matches(first); round++) pattern = absorb(pattern, first, replaced);
  for (let round = 0; round < ROUNDS; round++) {
    for (const output of outputs) if (!matches(output)) pattern = absorb(pattern, output, widened);
  }
  return outputs.every(matches) ? pattern : null;
}

/**
 * What a pattern matches, for where it is known that it did and not what came: its placeholders stand for values that are
 * hardly anywhere else.
 */
export function standIn(pattern: string): string {
  return linesOf(pattern)
    .filter((line) => !isAnyLines(line))
    .map((line) => line.replace(PLACEHOLDER, (_, name: Placeholder) => SAMPLES[name]))
    .join('\n');
}

const SAMPLES: Record<Placeholder, string> = {
  lsn: 'FEDCBA98/76543210',
  time: '2001-02-03 04:05:06.789 UTC',
  int: '987654321987',
  size: '98765.4 GB',
  oid: '987654321',
  any: 'zzyzx qwyjibo',
};
const PLACEHOLDER = new RegExp(`<(${Object.keys(PLACEHOLDERS).join('|')})>`, 'g');

const resolved = (lines: BlockLine[], variables: Variables): string =>
  resolveVariables(lines.map(({ text }) => text).join('\n'), variables).text;

/** A line that was shown, and the one that came in its place, also as a pattern. */
interface Change extends Pair {
  came: string;
}

/** What to make of lines that differ: of one that was changed, that is gone, that is new. */
interface Manner {
  changed(change: Change): string;
  gone: string[];
  added(now: string): string[];
}

/** What came stands in place of what was shown; a placeholder or variable that the author has set in a line stays where it fits. */
const replaced: Manner = {
  changed: (change) => {
    const line = mergeLines(change, { blanks: 'now', clash: (_, now) => now });
    return fits(line, change) ? line : change.now;
  },
  gone: [],
  added: (now) => [now],
};

/** What came is allowed beside what was shown. */
const widened: Manner = {
  changed: (change) => {
    if (isRule(change.old)) return change.old;
    // In a table spaces will not count, now that something differs.
    const table = change.old.includes('|');
    const clash = (old: string, now: string) => (table && !(old + now).trim() ? old : commonKind(old, now));
    const line = mergeLines(change, { blanks: 'old', clash });
    return table || fits(line, change) ? line : mergeLines(change, { blanks: 'differ', clash });
  },
  gone: ['...'],
  added: () => ['...'],
};

const fits = (line: string, { came, variables }: Change): boolean =>
  matchOutput(resolved([{ text: line }], variables), came).ok;

function absorb(lines: BlockLine[], { text, variables }: Printed, manner: Manner): BlockLine[] {
  const came = linesOf(text);
  const now = patternsOf(came, variables);
  const rewrite = (row: Row): BlockLine[] => {
    switch (row.kind) {
      case 'same':
      case 'any':
        return [lines[row.pattern]!];
      case 'gone':
        return manner.gone.map(asLine);
      case 'new':
        return manner.added(now[row.came]!).map(asLine);
      case 'changed': {
        const old = lines[row.pattern]!;
        const line = manner.changed({ old: old.text, now: now[row.came]!, came: came[row.came]!, variables });
        return [line === old.text ? old : asLine(line)];
      }
    }
  };
  const result = alignOutput(readPattern(resolved(lines, variables)), came).flatMap(rewrite);
  return result.filter(({ text }, i) => !(isAnyLines(text) && i > 0 && isAnyLines(result[i - 1]!.text)));
}

const asLine = (text: string): BlockLine => ({ text });
