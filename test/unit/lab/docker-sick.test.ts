import { describe, expect, test, vi } from 'vitest';
import { connectEngine } from '../../../src/lab/docker/engine.ts';
import { Hindrances } from '../../../src/lab/docker/hindrance.ts';
import { follow } from '../../../src/lab/docker/progress.ts';
import { createDockerRuntime } from '../../../src/lab/docker/runtime.ts';
import { LIMITS, type Limits } from '../../../src/lab/docker/transport.ts';
import type { Runtime } from '../../../src/lab/lab.ts';
import { UserError } from '../../../src/util/user-error.ts';
import { type FakeEngine, fakeEngine, otherServer, SICKNESSES } from '../../fake-engine.ts';
import { spec } from './docker-support.ts';

/** A machine that is busy must not make an engine silent that is sick in another way. */
const quick: Limits = { ...LIMITS, probe: 200, answer: 200, work: 200, copy: 200, watch: 20, late: 60, idle: 200 };
const patient: Limits = { ...LIMITS, bytes: 100_000 };
const limitsFor = (code: string): Limits => (code === 'engine-silent' ? quick : patient);

/** A sentence or two for a person, in characters that a terminal only shows. */
function expectSentence(text: string, address: string): void {
  expect(text).toContain(address);
  expect(text).not.toMatch(/[\p{Cc}\p{Cf}]|<html|xxxx|undefined|\[object/u);
  expect(text.length).toBeLessThan(450);
  expect(text).toMatch(/[.…!?]$/);
}

/** Everything that a command may ask an engine. */
const questions = (runtime: Runtime): Record<string, () => Promise<unknown>> => ({
  labs: () => runtime.labs(),
  images: () => runtime.images(),
  hasImage: () => runtime.hasImage(17),
  create: () => runtime.create(spec),
  resume: () => runtime.resume('some-lab'),
  removeLab: () => runtime.removeLab('some-lab'),
  sweep: () => runtime.sweep(),
});

const at = async <T>(engine: FakeEngine, use: () => Promise<T>): Promise<T> => {
  vi.stubEnv('DOCKER_HOST', engine.address);
  try {
    return await use();
  } finally {
    vi.unstubAllEnvs();
  }
};

/** A runtime whose engine is the one at that address, wherever the tests beside it have theirs. */
async function runtimeAt(engine: FakeEngine, code: string): Promise<Runtime> {
  const runtime = createDockerRuntime(limitsFor(code));
  // The connection is chosen with the first question.
  await at(engine, () => runtime.hasImage(17).catch(() => {}));
  return runtime;
}

async function expectTold(ask: () => Promise<unknown>, engine: FakeEngine, code: string): Promise<void> {
  const began = performance.now();
  const error = await ask().then(
    (answer) => expect.fail(`answered ${JSON.stringify(answer)}`),
    (reason) => reason,
  );
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ code, exit: 3, hint: expect.stringMatching(/\w/) });
  expectSentence(error.message, engine.address);
}

const cases = Object.entries(SICKNESSES).flatMap(([code, ways]) =>
  Object.entries(ways).map(([how, answer]) => ({ how, code, answer })),
);

describe('an engine that is sick is told of by each question, in a sentence, in time', () => {
  test.each(cases)('one that $how', async ({ code, answer }) => {
    const [engine, sickAtOnce] = await Promise.all([fakeEngine(answer), fakeEngine(answer, true)]);
    try {
      const runtime = await runtimeAt(engine, code);
      const asked = Object.values(questions(runtime)).map((ask) => expectTold(ask, engine, code));
      await Promise.all(asked);
      for (const one of [engine, sickAtOnce]) {
        const probe = await at(one, () => runtime.probe());
        expect(probe).toMatchObject({ ok: false, sick: true, remedy: expect.stringMatching(/\w/) });
        if (!probe.ok) expectSentence(probe.reason, one.address);
      }
    } finally {
      engine.close();
      sickAtOnce.close();
    }
  });

  test('one that is none', async () => {
    const engine = await otherServer('\u001b[31mSSH-2.0-OpenSSH_9.2\r\n');
    const runtime = await runtimeAt(engine, 'engine-foreign');
    await Promise.all(Object.values(questions(runtime)).map((ask) => expectTold(ask, engine, 'engine-foreign')));
    engine.close();
  });

  test('one that has stopped', async () => {
    const engine = await otherServer('');
    engine.close();
    const runtime = await runtimeAt(engine, 'engine-gone');
    await Promise.all(Object.values(questions(runtime)).map((ask) => expectTold(ask, engine, 'engine-gone')));
  });

  test('one that makes and starts a lab, and then hangs', async () => {
    const engine = await fakeEngine((request, response) => {
      if (request.url?.startsWith('/containers/create')) response.writeHead(201).end('{"Id":"c0"}');
      else if (request.url?.includes('/attach')) response.writeHead(200).end();
      else if (request.url?.includes('/start') || request.method === 'DELETE') response.writeHead(204).end();
    });
    const runtime = await runtimeAt(engine, 'engine-silent');
    await expectTold(() => runtime.create(spec), engine, 'engine-silent');
    engine.close();
  });
});

test('an engine that falls silent in the middle of a lesson is told of, and when it answers again', async () => {
  let answers = true;
  const state = { Running: true, Paused: false, ExitCode: 0 };
  const engine = await fakeEngine((_, response) => void (answers && response.end(JSON.stringify({ State: state }))));
  const docker = await connectEngine({ address: engine.address, from: 'default' }, quick);
  const hindrances = new Hindrances(
    docker,
    () => docker.getContainer('c0'),
    () => true,
  );
  const told: (string | undefined)[] = [];
  hindrances.on((what) => told.push(what));
  answers = false;
  await expect.poll(() => told).toEqual([expect.stringContaining(engine.address)]);
  answers = true;
  await expect.poll(() => told.at(-1)).toBeUndefined();
  hindrances.end();
  engine.close();
});

describe('a long task of an engine', () => {
  const item = (text: string) => `${JSON.stringify({ status: text })}\n`;
  test.each([
    ['stops', 'engine-silent', [item('a')], false],
    ['breaks off', 'engine-gone', [item('a')], true],
    ['sends a page', 'engine-foreign', ['<html>captive portal</html>\n'], false],
    ['sends null', 'engine-foreign', ['null\n'], false],
    ['sends a line without an end', 'engine-foreign', ['x'.repeat(3_000_000)], false],
    ['fails for a hostile reason', 'engine-error', [`{"error":"\\u001b[2J${'z'.repeat(5000)}"}\n`], false],
  ])('that %s is told of', async (_, code, chunks, cut) => {
    const engine = await fakeEngine((_request, response) => {
      response.writeHead(200);
      for (const chunk of chunks) response.write(chunk);
      if (cut) setTimeout(() => response.destroy(), 10);
    });
    const docker = await connectEngine({ address: engine.address, from: 'default' }, limitsFor(code));
    const ask = async () => follow(docker, await docker.pull('debian'), () => {});
    await expectTold(ask, engine, code);
    engine.close();
  });
});
