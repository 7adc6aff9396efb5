import { execFileSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newLabId } from '../../../src/lab/ids.ts';
import { probeLocal } from '../../../src/lab/local/probe.ts';
import { createLocalRuntime } from '../../../src/lab/local/runtime.ts';
import { inStore, type LabFile, makeDirectory, namesIn, prepareStore, writeLab } from '../../../src/lab/local/store.ts';
import { run } from '../../e2e/student.ts';
import { isRequired, leftOut } from '../../leave-out.ts';

const GOOD: LabFile = {
  ...{ scenario: 'bread', keep: true, major: 17, image: 'postgres-17-0123456789ab', created: '2026-01-01T00:00:00Z' },
  topology: { host: 'lab', image: 'postgres', clusters: [] },
};
const good = (more: object) => JSON.stringify({ ...GOOD, ...more });

/** What may stand in a lab.json, by the lab's id, and what is said of it. */
const DAMAGED: Record<string, [text: string | undefined, said: RegExp]> = {
  empty: ['', /is empty/],
  zeroes: ['\0'.repeat(400), /is damaged/],
  half: [good({}).slice(0, 100), /is damaged/],
  nothing: ['{}', /is damaged/],
  null: ['null', /is damaged/],
  list: ['[]', /is damaged/],
  'owner-number': [good({ owner: 5 }), /is damaged/],
  'owner-text': [good({ owner: 'me' }), /is damaged/],
  'init-object': [good({ init: {} }), /is damaged/],
  major: [good({ major: 12 }), /is damaged/],
  created: [good({ created: 'yesterday' }), /is damaged/],
  image: [good({ image: '../../../etc' }), /is damaged/],
  topology: [good({ topology: null }), /is damaged/],
  newer: [good({ version: 2, keep: 'for ever' }), /of a newer waldojo/],
  large: [' '.repeat(1_000_001), /is larger than/],
  missing: [undefined, /is missing/],
};

const probe = await probeLocal();
const why = probe.ok || isRequired('local') ? undefined : probe.reason;

it.each([
  ['dump-and-restore', 'dump-and-restore'],
  ['.dot', 'dot'],
  ['a,b\\\\c:d e', 'a-b-c-d-e'],
  ['../../up', 'up'],
  ['__proto__', 'proto__'],
  ['ä', 'lab'],
  ['x'.repeat(250), 'x'.repeat(60)],
])('the lab of %j has a name that a list shows and any runtime takes', (scenario, word) => {
  expect(newLabId(scenario)).toMatch(new RegExp(`^${word}-[0-9a-f]{6}$`));
});

describe.skipIf(why)(`a kept lab of which nothing can be told${leftOut(why)}`, () => {
  const runtime = createLocalRuntime();
  let data: string;
  const ids = [...Object.keys(DAMAGED), 'pipe', 'directory'].sort();
  const before = process.env.WALDOJO_DATA;

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'waldojo-store-'));
    process.env.WALDOJO_DATA = data;
    await prepareStore();
    for (const id of [...ids, 'fine', 'begun']) await makeDirectory(`labs/${id}`);
    for (const id of [...ids, 'fine']) await makeDirectory(`labs/${id}/up`);
    for (const [id, [text]] of Object.entries(DAMAGED))
      if (text !== undefined) await writeFile(inStore('labs', id, 'lab.json'), text);
    execFileSync('mkfifo', [inStore('labs/pipe/lab.json')]);
    await mkdir(inStore('labs/directory/lab.json'));
    await writeLab('fine', GOOD);
    // As if a night had passed.
    for (const id of [...ids, 'fine', 'begun']) await utimes(inStore('labs', id), 0, 0);
  });
  afterAll(async () => {
    if (before === undefined) delete process.env.WALDOJO_DATA;
    else process.env.WALDOJO_DATA = before;
    await rm(data, { recursive: true });
  });

  it('is left alone by a sweep, unlike one that was never made', async () => {
    await runtime.sweep();
    expect((await readdir(inStore('labs'))).sort()).toEqual([...ids, 'fine'].sort());
  });

  it('is listed with what is wrong, and takes no other lab along', async () => {
    const labs = await runtime.labs();
    expect(labs.map(({ id }) => id).sort()).toEqual([...ids, 'fine'].sort());
    expect(labs.find(({ id }) => id === 'fine')).toMatchObject({ scenario: 'bread', keep: true, mine: true });
    for (const [id, [, said]] of Object.entries(DAMAGED))
      expect(labs.find((lab) => lab.id === id)?.damage).toMatch(said);
    await expect(runtime.resume('empty')).rejects.toMatchObject({ code: 'lab-damaged' });
  });

  it('is removed only by whoever names it and agrees', async () => {
    const env = { DOCKER_HOST: 'unix:///nonexistent', XDG_STATE_HOME: data, WALDOJO_DATA: data };
    expect((await run(['labs'], { env })).stdout).toMatch(/^empty .* damaged .*its lab.json is empty$/m);
    const unasked = await run(['labs', 'rm', 'empty'], { env });
    expect(unasked).toMatchObject({ status: 2, stderr: expect.stringMatching(/not removed unasked[\s\S]*--yes/) });
    const all = await run(['labs', 'rm', '--all'], { env });
    expect(all.stderr + all.stdout).toBe(
      `Removed fine.\n${ids.length} damaged; name them to remove them all the same.\n`,
    );
    expect((await lstat(inStore('labs/empty/up'))).isDirectory()).toBe(true);
    expect(await run(['labs', 'rm', 'empty', '--yes'], { env })).toMatchObject({ status: 0 });
    expect(await namesIn('labs')).toEqual(ids.filter((id) => id !== 'empty'));
  });
});
