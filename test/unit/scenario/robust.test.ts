import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { lintSource } from '../../../src/scenario/lint/lint.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';
import { packageFile } from '../../../src/util/paths.ts';
import { good } from './good.ts';
import { sequence } from './sequence.ts';

const MARKS = [
  '```',
  '~~~',
  '---',
  '## ',
  '\n',
  '\r',
  '\t',
  '{{',
  '}}',
  '{{x}}',
  '"',
  "'",
  ': ',
  '!',
  '*',
  '&a ',
  '- ',
  '<details>',
];
const MORE_MARKS = [
  '</details>',
  '</summary>',
  '<!--',
  '=',
  ' run ',
  '[',
  '{',
  '|',
  '>',
  '\0',
  '\uFEFF',
  '🦭',
  '<<: ',
  '__proto__: ',
  'constructor',
  '\u001b[2J',
  '\u202e',
  '\ud800',
  '\u2028',
  'toString: ',
  '[[',
  '- > ',
  '```yaml check\n',
  '```sh wrong ',
  '\\e',
];

/** More of them are tried by hand: ROUNDS=20000. */
const ROUNDS = Number(process.env.ROUNDS ?? 100);
const LESSONS = ['dump-and-restore', 'standalone-replica', 'streaming-archive'].map((id) =>
  readFileSync(packageFile('scenarios', id, 'scenario.md'), 'utf8'),
);
const LINES = good.split('\n');
const PIECES = [...MARKS, ...MORE_MARKS];

type Next = (below: number) => number;
const one = <T>(from: readonly T[], next: Next): T => from[next(from.length)]!;

function mutate(source: string, next: Next): string {
  let text = source;
  for (let changes = 1 + next(4); changes > 0; changes--) {
    const at = next(text.length + 1);
    const removed = next(3) ? next(20) : next(400);
    const piece = next(8) ? one(PIECES, next) : one(PIECES, next).repeat(next(300));
    text = text.slice(0, at) + (next(4) ? piece : '') + text.slice(at + removed);
  }
  return next(5) ? text : text.slice(0, next(text.length));
}

/** Lines of a document in any order, marks and much of the same, below front matter or what looks like it. */
function invent(next: Next): string {
  const line = (): string => {
    const some = next(3) ? one(LINES, next) : Array.from({ length: next(6) }, () => one(PIECES, next)).join('');
    return next(10) ? some : some.repeat(next(40));
  };
  const header = next(3) ? good.slice(0, good.indexOf('\n---\n') + 5) : '---\n';
  return header + Array.from({ length: next(60) }, line).join('\n');
}

test('whatever a document is, it is read to its end, and every fault has a place in it', () => {
  const next = sequence(Number(process.env.SEED ?? 20251121));
  const sources = [good, good, ...LESSONS];
  for (let round = 0; round < ROUNDS; round++) {
    const source = next(4) ? mutate(one(sources, next), next) : invent(next);
    const began = performance.now();
    const { scenario, diagnostics } = parseScenario(source, { file: 'a.md', id: 'a' });
    const found = round % 10 === 0 ? lintSource(source, { id: 'a', file: 'a.md' }, {}) : [];
    expect(performance.now() - began, source).toBeLessThan(8000);
    expect(scenario === null, source).toBe(diagnostics.length > 0);
    const lines = source.replace(/^\uFEFF/, '').split(/\r\n?|\n/);
    for (const { line, column, message } of [...diagnostics, ...found]) {
      expect(lines[line - 1], `line ${line} of ${source}`).toBeDefined();
      expect(column, source).toBeGreaterThanOrEqual(1);
      expect(column, source).toBeLessThanOrEqual(lines[line - 1]!.length + 1);
      expect(message).not.toMatch(/this is a fault of the program|[\p{Cc}\p{Bidi_Control}]/iu);
    }
  }
});

test('what is missing at the end of a document is missing in its last line', () => {
  const source = `${good}\n\`\`\`yaml check`;
  const { diagnostics } = parseScenario(source, { file: 'a.md', id: 'a' });
  const last = source.split('\n').length;
  expect(diagnostics.map(({ line, column }) => [line, column])).toEqual([
    [last, 1],
    [last, '```yaml check'.length + 1],
  ]);
});

test('a huge document is read in proportion to its length', () => {
  const step = good.slice(good.indexOf('## Take'), good.indexOf('## Ask'));
  const steps = Array.from({ length: 200 }, (_, i) =>
    step.replace('## Take', `## ${i} Take`).replaceAll('=backup', `=b${i}`),
  );
  const source = good.slice(0, good.indexOf('## Take')) + steps.join('');
  const started = performance.now();
  const { scenario, diagnostics } = parseScenario(source, { file: 'a.md', id: 'a' });
  expect(diagnostics).toEqual([]);
  expect(scenario!.steps).toHaveLength(200);
  expect(scenario!.steps[199]!.line).toBe(source.slice(0, source.indexOf('## 199 Take')).split('\n').length);
  expect(performance.now() - started).toBeLessThan(10_000);
});
