import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findScenario, listScenarios, loadScenario } from '../../../src/scenario/load.ts';
import { EXIT } from '../../../src/util/user-error.ts';

const path = (name: string) => fileURLToPath(new URL(`../../fixtures/scenarios/${name}`, import.meta.url));

test('a list tells what a learner chooses by', async () => {
  expect(await listScenarios(path(''))).toEqual([
    {
      id: 'good',
      file: 'test/fixtures/scenarios/good/scenario.md',
      directory: path('good'),
      title: 'Every feature of the format',
      summary: 'A document that uses each thing a document can hold.',
      difficulty: 'advanced',
      minutes: 25,
      tags: ['pg_basebackup', 'wal'],
      majors: [13, 15, 17],
      after: [],
      steps: 3,
      lab: {
        host: 'db1',
        image: 'postgres',
        clusters: [
          { name: 'main', port: 5432, state: 'running' },
          { name: 'replica', port: 5433, state: 'stopped' },
        ],
      },
    },
  ]);
});

test('a faulty document is listed as far as it can be read', async () => {
  const list = await listScenarios(path('faulty'));
  expect(list.map(({ id, steps, difficulty }) => [id, steps, difficulty])).toEqual([
    ['stray-file', 1, 'beginner'],
    ['ten-faults', 3, 'beginner'],
  ]);
});

test('a root that does not exist has no scenarios', async () => {
  expect(await listScenarios(path('nowhere'))).toEqual([]);
});

test('a scenario is found by its id, its folder and its document', async () => {
  for (const id of ['good', path('good'), path('good/'), path('good/scenario.md')]) {
    expect(await findScenario(id, path(''))).toMatchObject({ id: 'good', directory: path('good') });
  }
});

test('an unknown id is wrong usage, with the nearest one', async () => {
  await expect(findScenario('ten-fault', path('faulty'))).rejects.toMatchObject({
    code: 'no-such-scenario',
    message: 'There is no scenario "ten-fault".',
    hint: 'Did you mean "ten-faults"?',
    exit: EXIT.usage,
  });
  await expect(findScenario('./nowhere', path('faulty'))).rejects.toThrow('There is no scenario.md at ./nowhere.');
});

test('a document is loaded for the major asked for', async () => {
  const { scenario } = await loadScenario(path('good'), 13);
  expect(scenario).toMatchObject({ id: 'good', major: 13, majors: [13, 15, 17] });
  const { diagnostics } = await loadScenario(path('good'), 18);
  expect(diagnostics).toMatchObject([
    { rule: 'unsupported-major', message: expect.stringContaining('13, 15, 17, not 18') },
  ]);
});

test('a missing document is a fault of the scenario', async () => {
  expect(await loadScenario(path('faulty/no-document'))).toMatchObject({
    scenario: null,
    diagnostics: [{ file: 'test/fixtures/scenarios/faulty/no-document/scenario.md', rule: 'missing-document' }],
  });
});
