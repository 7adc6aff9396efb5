import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Runtime } from '../../src/lab/lab.ts';
import { findScenario } from '../../src/scenario/load.ts';
import { loadCase, plan } from '../../src/validate/plan.ts';
import { findingsOf, outcomeOf, type Proof } from '../../src/validate/proof.ts';
import { type ProveOptions, prove } from '../../src/validate/prove.ts';
import { FAULTS } from './faults.ts';
import { forEachRuntime, major } from './runtimes.ts';

const LESSON = await readFile(new URL('../fixtures/lessons/bread/scenario.md', import.meta.url), 'utf8');

/** Proves a lesson as `waldojo test` does, from a document on the disk. */
async function proofOf(source: string, runtime: Runtime, options: Partial<ProveOptions> = {}): Promise<Proof> {
  const root = await mkdtemp(join(tmpdir(), 'waldojo-lesson-'));
  try {
    await mkdir(join(root, 'bread'));
    await writeFile(join(root, 'bread', 'scenario.md'), source);
    const scenario = await findScenario(join(root, 'bread'));
    const [testCase] = plan([scenario], { majors: [major], runtimes: [runtime.name] });
    const loaded = await loadCase(testCase!);
    if ('findings' in loaded)
      return { case: testCase!, steps: [], milliseconds: 0, findings: loaded.findings, interrupted: false };
    const { signal } = new AbortController();
    return await prove(loaded.scenario, testCase!, { runtime, signal, ...options });
  } finally {
    await rm(root, { recursive: true });
  }
}

const labsOf = async (runtime: Runtime) => (await runtime.labs()).filter(({ scenario }) => scenario === 'bread');

forEachRuntime((runtime) => {
  it('finds nothing in a lesson that works, whatever way it is taken, and leaves no lab behind', async () => {
    const proof = await proofOf(LESSON, runtime, { ablate: true, rewind: true });
    expect(findingsOf(proof)).toEqual([]);
    expect(outcomeOf(proof)).toBe('passed');
    expect(proof.versions).toMatchObject({ postgres: expect.stringMatching(`^${major}`) });
    expect(await labsOf(runtime)).toEqual([]);
  }, 120_000);

  it.concurrent.each(FAULTS)(
    'names $name, and nothing else',
    async ({ edits, found, ablate = false, rewind = false }) => {
      const source = edits.reduce((text, [from, to]) => {
        expect(text).toContain(from);
        return text.replace(from, () => to);
      }, LESSON);
      const lineOf = (text: string) => source.slice(0, source.indexOf(text)).split('\n').length;
      const proof = await proofOf(source, runtime, { ablate, rewind });
      const expected = found.map(({ at, ...finding }) => ({ status: 'fail', ...finding, line: lineOf(at) }));
      expect(findingsOf(proof)).toEqual(expected.map((finding) => expect.objectContaining(finding)));
    },
    120_000,
  );
});
