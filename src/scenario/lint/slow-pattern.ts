import type { Assertion } from '../../model/check.ts';
import type { Block } from '../../model/scenario.ts';
import { pattern } from '../../util/pattern.ts';
import type { Finding, Rule } from './rule.ts';

/** Where a search takes time by more than the square of this, it takes longer than PATIENCE. */
const LENGTH = 2000;
/** Milliseconds. A machine that is busy gets the second, much longer one. */
const PATIENCE = [250, 1000];
const MOST_SAMPLES = 40;

/** To find one takes a second. */
const MOST_TOLD = 3;

/** Patterns are tried on lines that almost match: some go through all ways to read such a line, and there are very many. */
export const slowPattern: Rule = ({ scenario }) => {
  const findings: Finding[] = [];
  for (const { source, line } of scenario.steps.flatMap((step) => step.blocks.flatMap(patternsIn))) {
    const sample = samplesFor(source).find((text) => PATIENCE.every((patience) => isSlow(source, text, patience)));
    if (sample === undefined) continue;
    const message = `/${source}/ takes too long on a line such as "${sample.slice(0, 10)}…": it can be read in very many ways. Avoid a repetition within or beside another of the same, such as (a+)+.`;
    findings.push({ line, message });
    if (findings.length === MOST_TOLD) break;
  }
  return findings;
};

function patternsIn(block: Block): { source: string; line: number }[] {
  if (block.kind === 'question') {
    const { answer } = block.question;
    return answer.type === 'pattern' ? [{ source: answer.pattern, line: block.line }] : [];
  }
  if (block.kind !== 'check') return [];
  return block.checks.flatMap(({ assertion, diagnose, line }) =>
    [assertion, ...diagnose.map(({ when }) => when)].flatMap(patternsOf).map((source) => ({ source, line })),
  );
}

function patternsOf(assertion: Assertion): string[] {
  switch (assertion.kind) {
    case 'sql':
      return assertion.expect.type === 'matches' ? [assertion.expect.pattern] : [];
    case 'file':
      return [assertion.matches?.pattern, assertion.tarContains].filter((source) => source !== undefined);
    case 'command':
      return assertion.matches === undefined ? [] : [assertion.matches];
    case 'ran':
      return [assertion.pattern, assertion.last].filter((source) => source !== undefined);
    case 'process':
      return [assertion.pattern];
    default:
      return [];
  }
}

/** What is in the pattern, again and again, and then something that is not. */
function samplesFor(source: string): string[] {
  const words = source.match(/[\p{L}\p{N}_]+/gu) ?? [];
  const units = new Set(['a', '0', ' ', '-', ...words, ...source]);
  return [...units].slice(0, MOST_SAMPLES).map((unit) => `${unit.repeat(Math.ceil(LENGTH / unit.length))}\u00a7`);
}

function isSlow(source: string, text: string, patience: number): boolean {
  try {
    pattern(source, { patience }).test(text);
    return false;
  } catch {
    return true;
  }
}
