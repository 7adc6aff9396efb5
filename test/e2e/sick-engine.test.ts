import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { Runtime } from '../../src/lab/lab.ts';
import { poll } from '../../src/util/poll.ts';
import { forEachRuntime } from '../contract/runtimes.ts';
import { proxyOf } from '../engine-proxy.ts';
import { fakeEngine, SICKNESSES } from '../fake-engine.ts';
import { ownState, run } from './student.ts';

const SICK = { ...SICKNESSES['engine-silent'], ...SICKNESSES['engine-foreign'] };

describe('a sick engine takes no command with it', () => {
  it.concurrent.each([
    ['says nothing', [['list'], ['labs'], ['doctor', '--json']]],
    ['breaks off in the middle of an answer', [['labs'], ['images', 'list']]],
  ])('one that %s', async (how, commands) => {
    const engine = await fakeEngine(SICK[how]!, how.startsWith('breaks'));
    // Without an image no lab is made here.
    const data = await mkdtemp(join(tmpdir(), 'waldojo-data-'));
    const env = { ...(await ownState()), DOCKER_HOST: engine.address, WALDOJO_DATA: data };
    const ended = await Promise.all(commands.map((command) => run(command, { env }))).finally(engine.close);
    for (const [i, { status, stdout, stderr }] of ended.entries()) {
      expect(stderr).not.toMatch(/this is a bug|unsettled|\n\s+at /);
      const [name] = commands[i]!;
      if (name === 'doctor') expect(JSON.parse(stdout).findings[0]).toMatchObject({ ok: false });
      else expect([name, status, stderr]).toEqual([name, 0, expect.stringContaining(engine.address)]);
      if (name === 'list') expect(stdout).toContain('dump-and-restore');
    }
  });
});

const lesson = (title: string, command: string) => `---
format: 1
title: ${title}
summary: Makes a file.
difficulty: beginner
minutes: 1
lab: { hosts: { lab: { clusters: { main: { port: 5432 } } } } }
terminals: { shell: { user: student } }
---

## Make it

\`\`\`sh run
${command}
\`\`\`

\`\`\`yaml check
name: The file is there
file: "{{student.home}}/file"
otherwise: There is no file.
\`\`\`

\`\`\`sh wrong trips="The file is there"
true
\`\`\`
`;

async function lessons(ids: Record<string, string>): Promise<string[]> {
  const root = await mkdtemp(join(tmpdir(), 'waldojo-lessons-'));
  const written = Object.entries(ids).map(async ([id, source]) => {
    await mkdir(join(root, id));
    await writeFile(join(root, id, 'scenario.md'), source);
    return join(root, id);
  });
  return Promise.all(written);
}

/** Waits until a lesson's command runs in its lab, as this machine sees it, and resolves to that lab's id. */
async function labThatRuns(runtime: Runtime, scenario: string, command: string): Promise<string> {
  const runs = async () => (await execa('pgrep', ['-fx', command], { reject: false })).stdout;
  expect(await poll(runs, Boolean, { within: 60_000 })).not.toBe('');
  return (await runtime.labs()).find((lab) => lab.scenario === scenario)!.id;
}

forEachRuntime((runtime) => {
  it('is told of by the doctor where sudo is dead in its labs, and else praised for what was tried', async () => {
    // What an engine does with labs whose wish it does not know.
    const strict = (request: string) => request.replace('"no-new-privileges=false"', '"no-new-privileges=true" ');
    const proxy = runtime.name === 'docker' ? await proxyOf(strict) : undefined;
    const env = { ...(await ownState()), ...(proxy && { DOCKER_HOST: proxy.address }) };
    const { stdout } = await run(['doctor', '--json'], { env });
    proxy?.cut();
    const { findings } = JSON.parse(stdout);
    const finding = findings.find(({ subject }: { subject: string }) => subject === `labs by ${runtime.name}`);
    if (proxy)
      expect(finding).toMatchObject({ ok: false, text: expect.stringMatching(/sudo[\s\S]*no new privileges/) });
    else expect(finding).toMatchObject({ ok: true, text: expect.stringContaining('a lab was made') });
    expect((await runtime.labs()).filter(({ scenario }) => scenario === 'doctor')).toEqual([]);
  });

  const ways: [string, (id: string) => Promise<unknown>][] = [['is removed', (id) => runtime.removeLab(id)]];
  if (runtime.name === 'docker') {
    const container = async (id: string) =>
      (await execa('docker', ['ps', '-q', '--filter', `label=waldojo.lab=${id}`])).stdout;
    ways.push(['is killed', async (id) => execa('docker', ['kill', await container(id)])]);
  }
  it('tells of a lab that ends under `test`, with a report and the other lessons', async () => {
    const tried = ways.map(async ([how, end]) => {
      const dying = `dies-${runtime.name}-${how.replaceAll(' ', '-')}`;
      const command = `sleep 6${String(Math.random()).slice(2, 9)}`;
      const source = lesson('Dies', `${command}; touch file`);
      const folders = await lessons({ [dying]: source, lives: lesson('Lives', 'touch file') });
      const report = join(folders[0]!, 'report.xml');
      // One at a time: another lesson would keep a program from ending that waits for nothing.
      const options = ['--runtime', runtime.name, '--jobs', '1', '--reporter', `text,junit=${report}`];
      const running = run(['test', ...folders, ...options], { env: await ownState() });
      await end(await labThatRuns(runtime, dying, command));
      const { status, stdout, stderr } = await running;
      expect(stderr).not.toMatch(/unsettled|this is a bug/);
      expect([how, status, stdout]).toEqual([
        how,
        3,
        expect.stringContaining('1 passed, 0 failed, 1 could not be told'),
      ]);
      expect(await readFile(report, 'utf8')).toContain('</testsuites>');
    });
    await Promise.all(tried);
  });
});
