import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SaxesParser } from 'saxes';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Runtime } from '../../src/lab/lab.ts';
import { usableRuntimes } from '../../src/lab/runtimes.ts';
import { MAJORS, type Major } from '../../src/model/topology.ts';
import { poll } from '../../src/util/poll.ts';
import { describeWithLabs, forEachRuntime, major } from '../contract/runtimes.ts';
import { leftOut, whyNotWithout } from '../leave-out.ts';
import { program, run, Student } from './student.ts';

/** A command that nothing else on this machine runs. */
const ENDLESS = 'sleep 31415.9265';

const step = (title: string, command: string, check = 'exists: true'): string => `## ${title}
\`\`\`sh run timeout=90s
${command}
\`\`\`
\`\`\`yaml check
name: The file of ${title}
file: "{{student.home}}/${title}"
${check}
within: 1s
otherwise: It is not there.
\`\`\`
`;

const LESSONS: Record<string, string> = {
  works: step('one', 'touch one') + step('two', 'touch two'),
  fails: step('one', 'touch one') + step('two', 'touch to'),
  'cannot-tell': `${step('one', 'touch one')}\`\`\`yaml check
name: No such query
sql: SELEC 1
equals: 1
otherwise: No.
\`\`\`
`,
  endless: step('one', 'touch one') + step('two', ENDLESS),
  drifted: step('one', 'touch one; echo new').replace('```yaml', '```text output\nold\n```\n```yaml'),
  faulty: step('one', 'touch one', 'exits: true'),
};

let root: string;
const lesson = (id: string): string => join(root, id);

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'waldojo-lessons-')));
  for (const [id, steps] of Object.entries(LESSONS)) await writeLesson(root, id, steps);
  await writeLesson(root, 'newer', LESSONS.works!, 'postgres: ">=15"');
});
afterAll(() => rm(root, { recursive: true }));

async function writeLesson(folder: string, id: string, steps: string, more = 'tags: []'): Promise<void> {
  await mkdir(join(folder, id), { recursive: true });
  const header = `---
format: 1
title: ${id}
summary: A lesson for the tests of its proof.
difficulty: beginner
minutes: 1
${more}
lab: { hosts: { lab: { clusters: { main: { port: 5432 } } } } }
---
`;
  await writeFile(join(folder, id, 'scenario.md'), header + steps);
}

interface Report {
  interrupted: boolean;
  cases: { scenario: string; major: Major; runtime: string; outcome: string; steps: { id: string }[] }[];
  notRun: { scenario: string }[];
}

/** Runs `waldojo test --json` on some of the lessons; its standard output must be one document. */
async function report(
  ids: string[],
  ...options: string[]
): Promise<{ status: number; report: Report; stderr: string }> {
  const { status, stdout, stderr } = await run(['test', ...ids.map(lesson), '--json', ...options]);
  return { status, report: JSON.parse(stdout), stderr };
}

const keys = ({ cases }: Report): string[] => cases.map((c) => `${c.scenario} ${c.major} ${c.runtime}`).sort();
const outcomes = ({ cases }: Report): string[] => cases.map((c) => `${c.scenario} ${c.outcome}`);

/** The labs of these lessons that exist, of this very run or not. */
const labsOf = async (runtime: Runtime): Promise<string[]> =>
  (await runtime.labs()).filter(({ scenario }) => scenario in LESSONS).map(({ id }) => id);

/** Processes of this machine, those in labs included, in whose command line something stands. */
function processes(text: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(text);
    } catch {
      return false;
    }
  });
}

/** What an XML document has been told of each step, by its name. Throws where it is not well formed. */
function testCases(xml: string): string[] {
  const names: string[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (name === 'testcase') names.push(String(attributes.name));
  });
  parser.write(xml).close();
  return names;
}

async function isToldWhatIsWrong(options: string[], said: RegExp): Promise<void> {
  const { status, stdout, stderr } = await run(['test', lesson('newer'), ...options]);
  expect(stderr).toMatch(said);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect([status, stdout]).toEqual([2, '']);
}

describe('wrong usage', () => {
  it.each([
    [['--shard', '0/3'], /1\/3, 2\/3 or 3\/3/],
    [['--shard', '4/3'], /1\/3, 2\/3 or 3\/3/],
    [['--shard', 'first'], /1\/3, 2\/3 or 3\/3/],
    [['--jobs', '0'], /number from 1/],
    [['--jobs', '-1'], /number from 1/],
    [['--jobs', 'two'], /number from 1/],
    [['--pg', '13'], /No scenario here works on PostgreSQL 13[\s\S]*newer works on 15, 17, 18/],
    [['--reporter', 'xml'], /no reporter "xml"/],
  ])('%j says what is wrong and exits with 2', isToldWhatIsWrong);

  const noGit = whyNotWithout('git');
  it.skipIf(noGit)(`--changed in no repository is told${leftOut(noGit)}`, () =>
    isToldWhatIsWrong(['--changed', 'main'], /cannot be told what has changed: .*newer is in no git repository/),
  );
});

describeWithLabs('two reports in one place', () => {
  it('are refused', () => isToldWhatIsWrong(['--json', '--reporter', 'junit'], /cannot share standard output/));
});

it('an engine that cannot be reached is no failed lesson, and exits with 3', async () => {
  const env = { DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
  expect(await run(['test', lesson('works'), '--runtime', 'docker'], { env })).toMatchObject({ status: 3, stdout: '' });
});

forEachRuntime((runtime) => {
  const here = ['--runtime', runtime.name, '--pg', String(major)];

  it('exits with 0 where all works, 3 where something cannot be told, 1 where a lesson fails as well', async () => {
    const passed = await report(['works'], ...here);
    expect([passed.status, outcomes(passed.report)]).toEqual([0, ['works passed']]);
    const broken = await report(['cannot-tell'], ...here);
    expect([broken.status, outcomes(broken.report)]).toEqual([3, ['cannot-tell broken']]);
    const failed = await report(['fails', 'cannot-tell', 'works'], '--jobs', '2', ...here);
    expect(failed.status).toBe(1);
    expect(outcomes(failed.report).sort()).toEqual(['cannot-tell broken', 'fails failed', 'works passed']);
    expect(await labsOf(runtime)).toEqual([]);
  });

  it.each([
    ['Ctrl-C', (student: Student) => student.type('\x03')],
    ['SIGINT', (student: Student) => process.kill(student.pid, 'SIGINT')],
    ['SIGTERM', (student: Student) => process.kill(student.pid, 'SIGTERM')],
  ])('%s ends it with whole reports of what was done, and nothing left behind', async (_, interrupt) => {
    const [json, junit] = [join(root, 'report.json'), join(root, 'report.xml')];
    const reporters = ['--reporter', `text,json=${json}`, '--reporter', `junit=${junit}`];
    const student = new Student(['test', lesson('endless'), lesson('works'), ...here, ...reporters]);
    onTestFinished(() => student.leaveAtOnce());
    await student.sees(/✓.*one/);
    await poll(
      async () => processes(ENDLESS),
      ({ length }) => length > 0,
      { within: 20_000 },
    );
    interrupt(student);
    expect(await student.ended).toBe(130);
    await student.sees(/0 passed.*interrupted/);
    expect(await labsOf(runtime)).toEqual([]);
    expect(processes(ENDLESS)).toEqual([]);
    const { interrupted, cases, notRun }: Report = JSON.parse(await readFile(json, 'utf8'));
    expect(interrupted).toBe(true);
    expect(cases).toMatchObject([{ scenario: 'endless', outcome: 'interrupted', steps: [{ id: 'one' }] }]);
    expect(notRun).toMatchObject([{ scenario: 'works' }]);
    expect(testCases(await readFile(junit, 'utf8'))).toContain('one');
  });

  it('a second Ctrl-C leaves at once, and what is left behind is cleared away', async () => {
    const student = new Student(['test', lesson('endless'), ...here]);
    onTestFinished(() => student.leaveAtOnce());
    await student.sees(/✓.*one/);
    student.type('\x03');
    await student.sees('Once more leaves at once');
    student.type('\x03');
    expect(await student.ended).toBe(130);
    await student.sees(/0 passed.*1 interrupted/);
    expect(
      await poll(
        () => labsOf(runtime),
        ({ length }) => length === 0,
        { within: 20_000 },
      ),
    ).toEqual([]);
    expect(processes(ENDLESS)).toEqual([]);
  });

  it('a reader that has enough of its output ends it in silence, and its lab', async () => {
    const command = [process.execPath, program, 'test', lesson('works'), ...here];
    const script = `"$@" | head -1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script, 'bash', ...command]);
    expect(stdout).toMatch(/^works .*\n130\n$/);
    expect(stderr).toBe('');
    expect(
      await poll(
        () => labsOf(runtime),
        ({ length }) => length === 0,
        { within: 20_000 },
      ),
    ).toEqual([]);
  });

  it('the lab of a lesson that failed can be kept and entered, again and again', async () => {
    const { status, stdout } = await run(['test', lesson('fails'), '--keep-failed', ...here]);
    const [, enter = ''] = /waldojo (labs enter \S+)/.exec(stdout) ?? [];
    const id = enter.split(' ').at(-1)!;
    onTestFinished(() => runtime.removeLab(id));
    expect([status, await labsOf(runtime)]).toEqual([1, [id]]);
    expect((await run(['labs'])).stdout).toMatch(new RegExp(`^${id} +fails .*stopped`, 'm'));

    const student = new Student(enter.split(' '));
    onTestFinished(() => student.leaveAtOnce());
    await student.sees(/student@lab:~\$/);
    student.type('ls; touch mine; psql -Atd postgres -c "SELECT 6 * 7"\r');
    await student.sees(/one {2}to\s+42\n/);
    expect(await run(enter.split(' '), { input: '' })).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/Another waldojo is using this lab/),
    });
    student.type('exit 7\r');
    expect(await student.ended).toBe(7);

    const postgres = new Student([...enter.split(' '), '--user', 'postgres']);
    onTestFinished(() => postgres.leaveAtOnce());
    await postgres.sees(/postgres@lab:~\$/);
    postgres.type('exit\r');
    expect(await postgres.ended).toBe(0);

    const script = 'whoami; pwd; ls; echo trouble >&2; exit 4';
    expect(await run(enter.split(' '), { input: script })).toEqual({
      status: 4,
      stdout: 'student\n/home/student\nmine\none\nto\n',
      stderr: 'trouble\n',
    });
    expect((await runtime.labs()).find((lab) => lab.id === id)).toMatchObject({ running: false, owned: false });
  });
});

describeWithLabs('--update', () => {
  it('is done when outputs were all that was wrong, and makes nothing else right', async () => {
    const local = ['--runtime', (await usableRuntimes()).at(-1)!.name, '--pg', String(major), '--update'];
    const updated = await report(['drifted'], ...local);
    expect(await readFile(join(lesson('drifted'), 'scenario.md'), 'utf8')).toMatch(/```text output\nnew\n```/);
    expect(updated).toMatchObject({ status: 0, stderr: expect.stringMatching(/drifted\/scenario\.md:\d+ rewritten/) });
    expect((await report(['fails'], ...local)).status).toBe(1);
  });
});

describeWithLabs('which cases are proved', () => {
  let majors: Major[];
  let runtimes: string[];
  let here: string[];

  beforeAll(async () => {
    // Whatever images are there: making one takes longer than all of this.
    const usable = await usableRuntimes();
    const images = await Promise.all(usable.map((runtime) => runtime.images()));
    const has = (wanted: Major) => images.every((all) => all.some((image) => image.current && image.major === wanted));
    majors = MAJORS.filter(has).slice(0, 2);
    runtimes = usable.map(({ name }) => name);
    here = ['--runtime', runtimes.at(-1)!, '--pg', String(major)];
  });

  it('all majors that a scenario works on, in every runtime, several at once', async () => {
    const { status, report: done } = await report(
      ['newer', 'works'],
      '--pg',
      majors.join(),
      '--runtime',
      runtimes.join(),
      '--jobs',
      '2',
    );
    const wanted = (id: string, of: Major[]) => of.flatMap((m) => runtimes.map((r) => `${id} ${m} ${r}`));
    expect(keys(done)).toEqual(
      [
        ...wanted(
          'newer',
          majors.filter((m) => m >= 15),
        ),
        ...wanted('works', majors),
      ].sort(),
    );
    expect(status).toBe(0);
  });

  it('each in exactly one shard', async () => {
    // A faulty document is a case like any other, and needs no lab.
    const ids = Array.from({ length: 9 }, (_, i) => `faulty-${i}`);
    for (const id of ids) await writeLesson(root, id, LESSONS.faulty!);
    const shards = await Promise.all([1, 2, 3].map((i) => report(ids, '--shard', `${i}/3`, ...here)));
    expect(shards.flatMap((shard) => keys(shard.report)).sort()).toEqual(keys((await report(ids, ...here)).report));
    expect(shards.every(({ report: { cases } }) => cases.length < ids.length)).toBe(true);
  });

  it('none after the first that fails, with --bail', async () => {
    const { status, report: done } = await report(['faulty', 'works'], '--bail', '--jobs', '1', ...here);
    expect([status, outcomes(done)]).toEqual([1, ['faulty failed']]);
    expect(done.notRun).toMatchObject([{ scenario: 'works' }]);
  });

  it('only those that have changed, and none is no failure', async () => {
    const git = (...args: string[]) =>
      promisify(execFile)('git', ['-C', root, '-c', 'user.name=A', '-c', 'user.email=a@b', ...args]);
    await git('init', '-q', '-b', 'main');
    onTestFinished(() => rm(join(root, '.git'), { recursive: true }));
    await git('add', '-A');
    await git('commit', '-q', '-m', 'Lessons');
    const nothing = await report(['works', 'faulty'], '--changed', 'main', ...here);
    expect(nothing).toMatchObject({
      status: 0,
      report: { cases: [] },
      stderr: expect.stringMatching(/no scenario has changed since main/),
    });
    await writeLesson(root, 'works', LESSONS.works!.replace('## two', '## two\nNew.'));
    const one = await report(['works', 'faulty'], '--changed', 'main', ...here);
    expect([one.status, outcomes(one.report)]).toEqual([0, ['works passed']]);
  });
});
