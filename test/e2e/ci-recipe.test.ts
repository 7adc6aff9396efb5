import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DEFAULT_MAJOR, MAJORS } from '../../src/model/topology.ts';
import { dataDirectory } from '../../src/util/paths.ts';
import { forEachRuntime } from '../contract/runtimes.ts';
import { type Action, runAction, runLines } from './ci-runner.ts';

const root = join(import.meta.dirname, '../..');
const read = async (path: string) => parse(await readFile(join(root, path), 'utf8'));
const action: Action = await read('.github/actions/prove/action.yml');
const scripts = action.runs.steps.filter((step) => 'run' in step);

const guide = await readFile(join(root, 'scenarios/README.md'), 'utf8');
const snippet = (name: string) => parse(guide.split(`\`\`\`yaml\n# ${name}\n`)[1]!.split('\n```')[0]!);
const gitlab = snippet('.gitlab-ci.yml').prove;

describe('the action', () => {
  it('gives inputs to its scripts as variables, and never writes them into one', () => {
    for (const { run } of scripts) expect(run).not.toContain('${{');
    for (const { env } of scripts) {
      for (const value of Object.values(env ?? {})) expect(value).toMatch(/^\$\{\{ (inputs|steps)\.[\w.-]+ \}\}$/);
    }
  });

  it('uses every input that it declares', () => {
    const used = [...JSON.stringify(action.runs).matchAll(/inputs\.(\w+)/g)].map(([, name]) => name!);
    expect([...new Set(used)].sort()).toEqual(Object.keys(action.inputs).sort());
  });

  it('knows the majors that waldojo knows', () => {
    expect(action.inputs.pg!.default).toBe(String(DEFAULT_MAJOR));
    expect(scripts.map(({ run }) => run).join()).toContain(`\${PG/#all/${MAJORS}}`);
  });

  it.each([
    ['.github/workflows/lessons.yml', () => read('.github/workflows/lessons.yml')],
    ['the guide', async () => snippet('.github/workflows/lessons.yml')],
  ])('is used by %s with inputs that it has, and a whole history', async (_, workflow) => {
    const { steps } = (await workflow()).jobs.prove;
    const [checkout, prove, upload] = steps;
    expect(checkout.with['fetch-depth']).toBe(0);
    expect(prove.uses).toMatch(/\.github\/actions\/prove(@main)?$/);
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(prove.with)));
    expect(upload).toMatchObject({ if: 'always()', with: { path: `\${{ steps.prove.outputs.junit }}` } });
  });
});

const lesson = (file: string) => `---
format: 1
title: A file
summary: Make a file.
difficulty: beginner
minutes: 1
lab: { hosts: { lab: { clusters: { main: { port: 5432 } } } } }
---
## Make it
\`\`\`sh run
touch ${file}
\`\`\`
\`\`\`yaml check
name: The file is there
file: "{{student.home}}/rye"
exists: true
within: 1s
otherwise: There is no such file.
\`\`\`
`;
const CHECK_LINE = lesson('').split('\n').indexOf('name: The file is there') + 1;

forEachRuntime((runtime) => {
  const leaveOut = runtime.name !== 'local';
  const why = leaveOut ? ' (left out: an engine has one image of a major, which other tests use meanwhile)' : '';
  describe.skipIf(leaveOut)(`on a runner${why}`, { timeout: 300_000 }, () => {
    let place: string;
    let workspace: string;
    let first: string;

    beforeAll(async () => {
      place = await mkdtemp(join(tmpdir(), 'waldojo-ci-'));
      workspace = join(place, 'repository');
      await write('sound', 'rye');
      await write('second', 'rye');
      git('init', '--quiet');
      first = commit();
    });
    afterAll(() => rm(place, { recursive: true, force: true }));

    async function write(id: string, file: string): Promise<void> {
      await mkdir(join(workspace, 'lessons', id), { recursive: true });
      await writeFile(join(workspace, 'lessons', id, 'scenario.md'), lesson(file));
    }

    function git(...args: string[]): string {
      const { status, stdout, stderr } = spawnSync('git', args, { cwd: workspace, encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
      return stdout.trim();
    }

    function commit(): string {
      git('add', '.');
      git('-c', 'user.name=Author', '-c', 'user.email=author@example.org', 'commit', '--quiet', '-m', 'Lessons');
      return git('rev-parse', 'HEAD');
    }

    const github = (inputs: Record<string, string>, environment: Record<string, string> = {}, cached = false) =>
      runAction(action, {
        directory: join(root, '.github/actions/prove'),
        workspace,
        temporary: join(place, 'temp'),
        inputs: { scenarios: 'lessons/*', runtime: 'local', ...inputs },
        uses: { cache: { 'cache-hit': String(cached) } },
        environment,
      });

    const onGitlab = (variables: Record<string, string>) =>
      runLines([...gitlab.script], {
        workspace,
        // A project's own variables come before those of the file.
        variables: { CI_BUILDS_DIR: place, ...gitlab.variables },
        overridden: {
          ...{ PG: String(DEFAULT_MAJOR), WALDOJO: root, WALDOJO_DATA: dataDirectory() },
          ...{ CI_NODE_INDEX: '1', CI_NODE_TOTAL: '1', ...variables },
        },
      });

    it('is green where every lesson works, and reports to JUnit', async () => {
      const { status, output, outputs } = await github({ jobs: '2' });
      expect(output).toMatch(/2 passed, 0 failed/);
      expect(output).not.toContain('::error');
      const report = await readFile(outputs.junit!, 'utf8');
      for (const id of ['sound', 'second']) expect(report).toContain(`lessons/${id}/scenario.md`);
      expect(status).toBe(0);
    });

    it('on GitLab too', async () => {
      const { status, output } = await onGitlab({});
      expect(output).toMatch(/2 passed, 0 failed/);
      expect(await readFile(join(workspace, gitlab.artifacts.reports.junit), 'utf8')).toContain('<testsuites');
      expect(status).toBe(0);
    });

    describe('after a change that breaks a lesson', () => {
      beforeAll(async () => {
        await write('second', 'spelt');
        commit();
      });

      it('is red at its line, with images from the cache alone, and leaves out what is as it was', async () => {
        const { status, output, outputs } = await github(
          { changed: first },
          { WALDOJO_DATA: join(place, 'another-machine') },
          true,
        );
        expect(output).toContain(`::error file=lessons/second/scenario.md,line=${CHECK_LINE},`);
        expect(output).toMatch(/0 passed, 1 failed/);
        expect(await readFile(outputs.junit!, 'utf8')).toContain('<failure');
        expect(status).toBe(1);
      });

      it('on GitLab too', async () => {
        const { status, output } = await onGitlab({ CI_MERGE_REQUEST_DIFF_BASE_SHA: first });
        expect(output).toMatch(/0 passed, 1 failed/);
        expect(status).toBe(1);
      });
    });

    it('takes an input for what it is, whatever it says', async () => {
      const { status, output } = await github({
        shard: '1/1"; touch injected; "',
        scenarios: '`touch injected` $(id)',
      });
      expect(output).toContain('1/1"; touch injected; "');
      expect(status).toBe(2);
      const named = await github({ scenarios: '`touch injected` $(touch injected)' });
      expect(named.output).toContain('There is no scenario "`touch"');
      expect(git('status', '--porcelain')).not.toContain('injected');
    });
  });
});
