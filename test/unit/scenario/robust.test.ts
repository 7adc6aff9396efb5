import { expect, test } from 'vitest';
import { parseScenario } from '../../../src/scenario/parse.ts';
import { good } from './good.ts';
import { sequence } from './sequence.ts';

const PIECES = [
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
const MORE_PIECES = [
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
];

function mutate(source: string, next: (below: number) => number): string {
  let text = source;
  for (let changes = 1 + next(4); changes > 0; changes--) {
    const at = next(text.length + 1);
    const pieces = [...PIECES, ...MORE_PIECES];
    const removed = next(3) ? next(20) : next(400);
    text = text.slice(0, at) + (next(4) ? pieces[next(pieces.length)]! : '') + text.slice(at + removed);
  }
  return next(5) ? text : text.slice(0, next(text.length));
}

test('a damaged document is read to its end, and every fault has a place in it', () => {
  const next = sequence(20251121);
  for (let round = 0; round < 200; round++) {
    const source = mutate(good, next);
    const { scenario, diagnostics } = parseScenario(source, { file: 'a.md', id: 'a' });
    expect(scenario === null, source).toBe(diagnostics.length > 0);
    const lines = source.replace(/^\uFEFF/, '').split(/\r\n?|\n/);
    for (const { line, column } of diagnostics) {
      expect(lines[line - 1], `line ${line} of ${source}`).toBeDefined();
      expect(column, source).toBeGreaterThanOrEqual(1);
      expect(column, source).toBeLessThanOrEqual(lines[line - 1]!.length + 1);
    }
  }
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
