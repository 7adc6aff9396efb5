import { diffArrays } from 'diff';
import { resolveVariables, type Variables } from '../variables.ts';
import { PLACEHOLDERS, type Placeholder } from './match.ts';

/** Two lines of patterns, as a document has them. */
export interface Pair {
  old: string;
  now: string;
  variables: Variables;
}

export interface Merge {
  /** Whose runs of spaces to take, where both have one, or that they differ like anything else. */
  blanks: 'old' | 'now' | 'differ';
  /** What to make of a place where the lines differ. */
  clash(old: string, now: string): string;
}

const NAMES = Object.keys(PLACEHOLDERS) as Placeholder[];
const TOKEN = new RegExp(`\\{\\{[^{}]*\\}\\}|<(?:${NAMES.join('|')})>|\\s+|\\d+|[\\p{L}_]+|.`, 'gu');
const tokens = (line: string): string[] => line.match(TOKEN) ?? [];

/** One line out of two: what they have in common, and something for each place where they differ. */
export function mergeLines({ old, now, variables }: Pair, { blanks, clash }: Merge): string {
  const olds = tokens(old.trimEnd());
  const news = tokens(now);
  const isBlank = (token: string) => token.trim() === '';
  const comparator = (a: string, b: string) =>
    (blanks !== 'differ' && isBlank(a) && isBlank(b)) || covers(a, b, variables);
  let merged = '';
  let [gone, added] = ['', ''];
  let [from, to] = [0, 0];
  /** How much wider the line has become right before: what spaces follow can make up for. */
  let wider = 0;
  const flush = (): void => {
    if (!gone && !added) return;
    const text = clash(gone, added);
    wider = text.length - gone.length;
    merged += text;
    [gone, added] = ['', ''];
  };
  const append = (old: string, now: string): void => {
    if (!isBlank(old)) merged += old;
    else merged += blanks === 'now' ? now : ' '.repeat(Math.max(1, old.length - wider));
    wider = 0;
  };
  for (const change of diffArrays(olds, news, { comparator })) {
    if (change.added) added += change.value.join('');
    else if (change.removed) gone += change.value.join('');
    else {
      flush();
      for (let i = 0; i < change.count; i++) append(olds[from + i]!, news[to + i]!);
    }
    if (!change.added) from += change.count;
    if (!change.removed) to += change.count;
  }
  flush();
  return merged.replace(/(?:<any>)+/g, '<any>').trimEnd();
}

/** Whether one token of a pattern stands for another. */
function covers(a: string, b: string, variables: Variables): boolean {
  if (a === b) return true;
  if (a === '<any>') return b.trim() !== '';
  if (a.startsWith('{{')) return resolveVariables(a, variables).text === b;
  return NAMES.some((name) => a === `<${name}>` && isKind(name, b));
}

/** The first placeholder that both are, or are of the kind of. */
export function commonKind(old: string, now: string): string {
  const kind = NAMES.find((name) => [old, now].every((text) => text === `<${name}>` || isKind(name, text)));
  return `<${kind ?? 'any'}>`;
}

const isKind = (name: Placeholder, text: string): boolean => new RegExp(`^(?:${PLACEHOLDERS[name]})$`, 's').test(text);
