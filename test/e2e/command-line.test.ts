import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { withOwnCommand } from '../../src/util/own-command.ts';
import { describeWithLabs } from '../contract/runtimes.ts';
import { leftOut } from '../leave-out.ts';
import { whyNotAs } from '../ordinary-user.ts';
import { ownState, run } from './student.ts';

/** Where no engine can be. */
const NO_ENGINE = { DOCKER_HOST: 'unix:///nonexistent/docker.sock' };

async function isToldWhatIsWrong(args: string[], said: RegExp): Promise<void> {
  const { status, stderr, stdout } = await run(args, { env: await ownState() });
  expect(stderr).toMatch(said);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect([status, stdout]).toEqual([2, '']);
}

describe('wrong usage', () => {
  it.each([
    [['start', 'dump-and-restor'], /no scenario "dump-and-restor"[\s\S]*dump-and-restore/i],
    [['start', 'dump-and-restore', '--pg', '12'], /13, 15, 17, 18/],
    [['lits'], /list/],
    [['strat', 'dump-and-restore'], /no command "strat"[\s\S]*Did you mean "start"\?/],
    [['dump-and-restor'], /Did you mean "dump-and-restore"\?/],
    [['dump-and-restore', 'standalone-replica'], /no command "dump-and-restore"/],
    [['--fresh'], /Which scenario is --fresh for\?/],
    [['test', '--runtime', 'podman'], /docker and local/],
    [['labs', 'rm', 'nosuch'], /no lab “nosuch”/],
    [['labs', 'rm'], /which labs/],
  ])('%j says what is wrong and what there is, and exits with 2', isToldWhatIsWrong);
});

describeWithLabs('a step that there is not', () => {
  it.each([[['start', 'dump-and-restore', '--step', '99']], [['dump-and-restore', '--step', '99']]])(
    'is told with those that there are: %j',
    (args) => isToldWhatIsWrong(args, /no step “99”[\s\S]*1 {2}/),
  );
});

describe('in a clone', () => {
  const WALDOJO_COMMAND = 'npm start --';
  afterEach(() => void vi.unstubAllEnvs());

  it('a message names the command that works there', async () => {
    const env = { ...(await ownState()), WALDOJO_COMMAND };
    expect((await run(['--fresh'], { env })).stderr).toContain('  npm start -- start <scenario> --fresh');
    expect((await run(['list'], { env })).stdout).not.toContain('waldojo ');
    expect((await run([], { env })).stdout).toContain('npm start -- start <id>');
  });

  it('that is so of every command that there is', async () => {
    const { stdout } = await run(['--help'], { env: { WALDOJO_COMMAND } });
    expect(stdout).toMatch(/^Usage: npm start -- \[options\]/);
    const names = [...stdout.split('Commands:')[1]!.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name!);
    vi.stubEnv('WALDOJO_COMMAND', WALDOJO_COMMAND);
    const told = names.filter((name) => name !== 'help').map((name) => withOwnCommand(`waldojo ${name}`));
    expect(told.length).toBeGreaterThan(7);
    expect(told.filter((command) => !command.startsWith('npm start -- '))).toEqual([]);
  });
});

it('gives no advice to programmers', async () => {
  // A library parses such an address by a function that newer Nodes warn of, and all can be asked to.
  const env = { ...(await ownState()), DOCKER_HOST: 'tcp://127.0.0.1:1', NODE_OPTIONS: '--pending-deprecation' };
  const { status, stderr } = await run(['list'], { env });
  expect(stderr).not.toContain('Deprecation');
  expect(status).toBe(0);
});

describe('compiled code', () => {
  it('is kept where nobody else can put some, and not in a directory that they had first', async () => {
    const place = await mkdtemp(join(tmpdir(), 'waldojo-code-'));
    const [TMPDIR, cache] = [join(place, 'tmp'), join(place, 'cache')];
    await mkdir(TMPDIR);
    expect(await run(['--version'], { env: { TMPDIR, XDG_CACHE_HOME: cache } })).toMatchObject({ status: 0 });
    const compiled = join(cache, 'waldojo/compiled');
    expect((await readdir(compiled)).length).toBeGreaterThan(0);
    await rm(compiled, { recursive: true });
    await mkdir(compiled);
    await chmod(compiled, 0o777);
    expect(await run(['--version'], { env: { TMPDIR, XDG_CACHE_HOME: cache } })).toMatchObject({ status: 0 });
    expect([await readdir(compiled), await readdir(TMPDIR)]).toEqual([[], []]);
  });
});

/** The user `nobody` of a Debian. */
const NOBODY = 65534;

describe('a machine that lacks something', () => {
  const why = whyNotAs('nobody');
  it.skipIf(why)(`is told the one thing to do, with status 3${leftOut(why)}`, async () => {
    // nobody has no subordinate ids, and here no engine.
    const data = await mkdtemp(join(tmpdir(), 'waldojo-data-'));
    await chown(data, NOBODY, NOBODY);
    const as = { env: { ...(await ownState()), ...NO_ENGINE, WALDOJO_DATA: data }, user: 'nobody' };
    const { status, stderr } = await run(['test', 'dump-and-restore'], as);
    expect(stderr).toMatch(/No lab can be made here/);
    expect(stderr).toMatch(/apt-get install|usermod --add-subuids/);
    expect(status).toBe(3);
    const doctor = JSON.parse((await run(['doctor', '--json'], as)).stdout);
    expect(doctor.ok).toBe(false);
    expect(doctor.findings).toContainEqual(expect.objectContaining({ ok: false, remedy: expect.any(String) }));
  });
});

describe('--json', () => {
  it.each([['list'], ['labs'], ['images'], ['progress'], ['doctor'], ['lint']])(
    'of %s prints one JSON document and nothing else',
    async (command) => {
      const { stdout } = await run([command, '--json'], { env: await ownState() });
      expect(() => JSON.parse(stdout)).not.toThrow();
    },
  );
});

describe('lint', () => {
  it('finds no fault in the scenarios that come along', async () => {
    expect(await run(['lint'])).toMatchObject({ status: 0, stdout: '' });
  });

  it('tells every fault of a document at once, each as file:line:column, and exits with 1', async () => {
    const directory = join(await mkdtemp(join(tmpdir(), 'waldojo-lint-')), 'faulty');
    await mkdir(directory);
    await writeFile(
      join(directory, 'scenario.md'),
      `---
format: 1
title: Faulty
summary: Ten faults.
difficulty: easy
minutes: soon
lab: { hosts: { lab: { clusters: { main: { port: 5432 } } } } }
---
## One
\`\`\`sh rnu
true
\`\`\`
\`\`\`sh run colour=red
true
\`\`\`
\`\`\`sh run in=nowhere
echo {{nothing}}
\`\`\`
<details><summary>Hint</summary>

</details>

## One
\`\`\`yaml check
- name: No such cluster
  cluster: third
  is: running
- name: No such pattern
  sql: SELECT 1
  matches: '('
  otherwise: no
\`\`\`
`,
    );
    const { status, stdout } = await run(['lint', directory]);
    const lines = stdout.trim().split('\n');
    for (const line of lines) expect(line).toMatch(/scenario\.md:\d+:\d+ [a-z-]+ \S/);
    expect(lines.length).toBeGreaterThanOrEqual(10);
    expect(status).toBe(1);
  });
});
