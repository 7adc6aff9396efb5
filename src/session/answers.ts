import type { Question } from '../model/scenario.ts';
import { pattern } from '../util/pattern.ts';

const WORDS = [
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen',
  'eighteen nineteen',
]
  .join(' ')
  .split(' ');
const TENS = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const VALUES: Record<string, number> = { none: 0, no: 0, nothing: 0, once: 1, twice: 2 };
for (const [value, word] of WORDS.entries()) VALUES[word] = value;
for (const [i, ten] of TENS.entries()) {
  VALUES[ten] = (i + 2) * 10;
  for (let unit = 1; unit < 10; unit++) VALUES[`${ten}-${WORDS[unit]}`] = (i + 2) * 10 + unit;
}

const UNIT =
  /\b(b|bytes?|[kmgt]i?b|(?:kilo|mega|giga|tera)bytes?|ms|s|sec|seconds?|milliseconds?|min|minutes?|h|hours?|days?|percent)\b|%/g;
const unitsIn = (text: string): string[] =>
  text
    .toLowerCase()
    .replace(/(?<=\d)(?=[a-z%])/g, ' ')
    .match(UNIT) ?? [];
const sameUnit = (a: string, b: string): boolean => {
  const short = (unit: string) =>
    unit.replace(/^(kilo|mega|giga|tera)bytes?$/, (_, k: string) => `${k[0]}b`).replace(/s$/, '');
  return short(a) === short(b);
};

/** A number as people write it: `3`, `3.0`, `1,000`, `16 MB`, `three rows`, `about 3.`; undefined for what is none, or two. */
export function numberIn(given: string): number | undefined {
  const text = given
    .trim()
    .toLowerCase()
    .replace(/(?<=\d)[,_ '](?=\d{3}(?!\d))/g, '')
    .replace(new RegExp(`\\b(${TENS.join('|')}) (?=(${WORDS.slice(1, 10).join('|')})\\b)`, 'g'), '$1-');
  const words = text.split(/[\s()"'`=!?:;~]+/).flatMap((word) => {
    const [, value] = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)[a-z%]*[.,]?$/.exec(word) ?? [];
    if (value !== undefined) return [Number(value)];
    const named = VALUES[word.replace(/[.,]+$/, '')];
    return named === undefined ? (/\d/.test(word) ? [Number.NaN] : []) : [named];
  });
  return words.length === 1 && Number.isFinite(words[0]) ? words[0] : undefined;
}

/** Case, spaces at the ends and in a row, quotes around it and a full stop after it make no difference. */
const plain = (text: string): string => {
  const bare = text.trim().replace(/\s+/g, ' ').toLowerCase();
  const unquoted = /^(["'`“‘])(.+)["'`”’]\.?$/.exec(bare)?.[2] ?? bare;
  return unquoted.length > 1 ? unquoted.replace(/(?<![.\s])[.!]$/, '').trim() : unquoted;
};

/** What the document itself would answer, as `isRight` takes it. */
export function rightAnswer({ answer }: Question): string {
  switch (answer.type) {
    case 'choice':
      return String(answer.right);
    case 'exact':
      return answer.text;
    case 'number':
      return String(answer.value);
    case 'pattern':
      return answer.example;
  }
}

/** Whether an answer is right. `given` is the index of a choice, or what was written. Throws where a pattern takes too long to tell. */
export function isRight({ ask, answer }: Question, given: string): boolean {
  switch (answer.type) {
    case 'choice':
      return given.trim() !== '' && Number(given) === answer.right;
    case 'exact':
      return plain(given) === plain(answer.text);
    case 'number': {
      // 16 kB are not 16 MB, where the question says which it wants.
      const wanted = unitsIn(ask);
      const others = unitsIn(given).filter((unit) => !wanted.some((want) => sameUnit(want, unit)));
      if (/\bnot\b/i.test(given) || (wanted.length > 0 && others.length > 0)) return false;
      return numberIn(given) === answer.value;
    }
    case 'pattern': {
      const right = pattern(answer.pattern, { flags: 'i' });
      return right.test(given.trim()) || right.test(plain(given));
    }
  }
}
