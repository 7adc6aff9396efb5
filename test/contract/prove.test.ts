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
import { forEachRuntime, major, sql } from './runtimes.ts';

const LESSON = await readFile(new URL('../fixtures/lessons/bread/scenario.md', import.meta.url), 'utf8');

/** Proves a lesson as `waldojo test` does, from a document on the disk. */
async function proofOf(
  source: string,
  runtime: Runtime,
  { id = 'bread', ...options }: Partial<ProveOptions> & { id?: string } = {},
): Promise<Proof> {
  const root = await mkdtemp(join(tmpdir(), 'waldojo-lesson-'));
  try {
    await mkdir(join(root, id));
    await writeFile(join(root, id, 'scenario.md'), source);
    const scenario = await findScenario(join(root, id));
    const [testCase] = plan([scenario], { majors: [major], runtimes: [runtime.name] });
    const loaded = await loadCase(testCase!);
    if ('findings' in loaded)
      return { case: testCase!, steps: [], milliseconds: 0, findings: loaded.findings, interrupted: false };
    const { signal } = new AbortController();
    return await prove(loaded.scenario, testCase!, { runtime, signal, steadfast: 300, ...options });
  } finally {
    await rm(root, { recursive: true });
  }
}

const labsOf = async (runtime: Runtime, id: string) => (await runtime.labs()).filter(({ scenario }) => scenario === id);

forEachRuntime((runtime) => {
  it('finds nothing in a lesson that works, whatever way it is taken, and leaves no lab behind', async () => {
    const proof = await proofOf(LESSON, runtime, { id: 'whole', ablate: true, rewind: true });
    expect(findingsOf(proof)).toEqual([]);
    expect(outcomeOf(proof)).toBe('passed');
    expect(proof.versions).toMatchObject({ postgres: expect.stringMatching(`^${major}`) });
    expect(await labsOf(runtime, 'whole')).toEqual([]);
  }, 120_000);

  it('does not blame the lesson for a lab that dies', async () => {
    // Without its mistake: that is made in a copy, which would live on.
    const mistake = '```sh wrong trips="The table is back" replaces=restore\ntrue\n```\n';
    const source = LESSON.replace('file=bread.sql\n', 'file=bread.sql\nsleep 1000\n').replace(mistake, '');
    const onStep = async () => {
      const labs = await labsOf(runtime, 'dying');
      await Promise.all(labs.map((lab) => runtime.removeLab(lab.id)));
    };
    const proof = await proofOf(source, runtime, { id: 'dying', onStep });
    expect(outcomeOf(proof)).toBe('broken');
    expect(findingsOf(proof)).toContainEqual(expect.objectContaining({ status: 'broken', rule: 'lab' }));
    expect(findingsOf(proof)).not.toContainEqual(expect.objectContaining({ status: 'fail' }));
  });

  it('goes on in a copy once what ran in the background is back', async () => {
    const ready = "bash -c 'sleep 1; exec -a ready sleep 1000'";
    const source = `${LESSON.split('## Make it')[0]}## Start
\`\`\`sh run in=watch background
${ready}
\`\`\`
\`\`\`yaml check
name: It is ready
process: ^ready
otherwise: It is not ready.
\`\`\`
## Use
\`\`\`sh run
pgrep -f ^ready >found
\`\`\`
\`\`\`yaml check
name: It was found
file: "{{student.home}}/found"
matches: '[0-9]'
otherwise: It was not found.
\`\`\`
`;
    expect(findingsOf(await proofOf(source, runtime, { id: 'ready', rewind: true }))).toEqual([]);
  });

  it('does not take a terminal that is still being opened for something left behind', async () => {
    const quick = `${LESSON.split('## Make it')[0]}## Look\n\`\`\`sh run\ntrue\n\`\`\`\n\`\`\`yaml check\nname: Looked\nran: ^true\notherwise: No.\n\`\`\`\n`;
    expect(findingsOf(await proofOf(quick, runtime, { id: 'quick' }))).toEqual([]);
  });

  it('lets a later block end what runs in the background, by whatever way', async () => {
    const check = (name: string, what: string) => `\`\`\`yaml check\nname: ${name}\n${what}\notherwise: No.\n\`\`\`\n`;
    const source = `${LESSON.split('## Make it')[0]}## Start
\`\`\`sh run in=watch background
sleep 1000
\`\`\`
${check('It sleeps', 'process: ^sleep')}
## Stop
\`\`\`sh run
pkill sleep
\`\`\`
${check('It does not sleep', 'process: ^sleep\nis: absent')}
## Wrap-up
That was it.
`;
    expect(findingsOf(await proofOf(source, runtime, { id: 'killed' }))).toEqual([]);
  });

  it('keeps the lab in which something failed, a copy that a mistake was made in as well', async () => {
    const proof = await proofOf(LESSON.replace('equals: 0 }', 'equals: 1 }'), runtime, {
      id: 'kept',
      keepFailed: true,
    });
    expect(await labsOf(runtime, 'kept')).toEqual([expect.objectContaining({ id: proof.kept, running: false })]);
    const lab = await runtime.resume(proof.kept!);
    try {
      // The mistake: the table, and nothing in it.
      await expect.poll(() => sql(lab, 'SELECT count(*) FROM bread').catch(String)).toBe('0');
    } finally {
      await lab.remove();
    }
  });

  it('ends when it is told to, with what it has, and leaves no lab behind', async () => {
    const end = new AbortController();
    const source = LESSON.replace('file=bread.sql\n', 'file=bread.sql\nsleep 1000\n');
    const proof = await proofOf(source, runtime, { id: 'ended', signal: end.signal, onStep: () => end.abort() });
    expect(proof).toMatchObject({ interrupted: true, steps: [{ id: 'make-it', findings: [] }], findings: [] });
    expect(outcomeOf(proof)).toBe('interrupted');
    expect(await labsOf(runtime, 'ended')).toEqual([]);
  });

  it.concurrent.each(FAULTS)(
    'names $name, and nothing else',
    async ({ edits, found, ablate = false, rewind = false, steadfast = 300 }) => {
      const source = edits.reduce((text, [from, to]) => {
        expect(text).toContain(from);
        return text.replace(from, () => to);
      }, LESSON);
      const lineOf = (text: string) => source.slice(0, source.indexOf(text)).split('\n').length;
      const proof = await proofOf(source, runtime, { ablate, rewind, steadfast });
      const expected = found.map(({ at, ...finding }) => ({ status: 'fail', ...finding, line: lineOf(at) }));
      expect(findingsOf(proof)).toEqual(expected.map((finding) => expect.objectContaining(finding)));
    },
    120_000,
  );
});
