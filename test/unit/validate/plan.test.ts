import { expect, it } from 'vitest';
import type { Major } from '../../../src/model/topology.ts';
import type { ScenarioSummary } from '../../../src/scenario/load.ts';
import { EXIT } from '../../../src/util/user-error.ts';
import { findScenarios, plan } from '../../../src/validate/plan.ts';

const summary = (id: string, majors: Major[]): ScenarioSummary => ({
  ...{ id, file: `${id}/scenario.md`, directory: `/${id}`, title: id, summary: '', difficulty: 'beginner' },
  ...{ minutes: 1, tags: [], after: [], steps: 1, lab: undefined, majors },
});

const OLD = summary('old', [13]);
const NEW = summary('new', [15, 17, 18]);
const ANY = summary('any', [13, 15, 17, 18]);

const planned = (...args: Parameters<typeof plan>) =>
  plan(...args).map(({ scenario, major, runtime }) => `${scenario} ${major} ${runtime}`);

it('has a case for each scenario, major that it works on, and runtime, whatever the order they were asked for in', () => {
  const expected = ['old 13 local', 'new 15 local', 'any 13 local', 'any 15 local'];
  expect(planned([OLD, NEW, ANY], { majors: [13, 15], runtimes: ['local'] })).toEqual(expected);
  expect(planned([OLD, NEW, ANY], { majors: [15, 13, 15], runtimes: ['local'] })).toEqual(expected);
  expect(planned([OLD], { majors: [13], runtimes: ['docker', 'local'] })).toEqual(['old 13 docker', 'old 13 local']);
});

it('takes, without majors, the default one or the newest that a scenario works on', () => {
  expect(planned([OLD, NEW], { runtimes: ['local'] })).toEqual(['old 13 local', 'new 17 local']);
});

it('does not pass over a document that works on no major: that is a fault to be told', () => {
  expect(planned([summary('none', [])], { majors: [13], runtimes: ['local'] })).toHaveLength(1);
});

it('finds what was named, once, by its id or its path', async () => {
  const found = await findScenarios(['dump-and-restore', 'scenarios/dump-and-restore/scenario.md']);
  expect(found.map(({ id }) => id)).toEqual(['dump-and-restore']);
  expect((await findScenarios([])).length).toBeGreaterThan(1);
});

it('says so when no scenario works on a major that was asked for, and on which they do', async () => {
  const good = new URL('../../fixtures/scenarios/good', import.meta.url).pathname;
  await expect(findScenarios([good], [18])).rejects.toMatchObject({
    message: expect.stringMatching(/works on PostgreSQL 18\./),
    hint: 'good works on 13, 15, 17',
    exit: EXIT.usage,
  });
  expect(await findScenarios([good], [17, 18])).toHaveLength(1);
  // The other would be proved, and nobody would hear that this one was not.
  await expect(findScenarios(['dump-and-restore', good], [18])).rejects.toMatchObject({
    message: 'good cannot be tested on PostgreSQL 18.',
    hint: 'good works on 13, 15, 17',
    exit: EXIT.usage,
  });
});
