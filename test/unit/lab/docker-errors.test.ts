import { describe, expect, test } from 'vitest';
import { EngineError, explain, isConflict, isNotRunning, isPaused } from '../../../src/lab/docker/errors.ts';
import { UserError } from '../../../src/util/user-error.ts';

const ADDRESS = 'unix:///var/run/docker.sock';
const answer = (statusCode: number, message: string) =>
  new EngineError('engine-error', ADDRESS, message, { statusCode });
const failure = (code: string) =>
  EngineError.of(Object.assign(new Error(`connect ${code} /var/run/docker.sock`), { code }), ADDRESS);

describe('an error of the engine becomes a sentence', () => {
  test.each([
    ['no image', answer(404, 'No such image: waldojo/postgres:17-abc'), 'image-missing', 'waldojo images build'],
    [
      'no image, by Podman',
      answer(404, 'waldojo/postgres:17-abc: image not known'),
      'image-missing',
      'waldojo images build',
    ],
    ['no container', answer(404, 'No such container: 1234'), 'lab-missing', 'waldojo labs'],
    ['a full disk', answer(500, 'write /var/lib/docker/x: no space left on device'), 'disk-full', 'Free some space'],
    ['a name that is taken', answer(409, 'Conflict. The container name "/x" is already in use'), 'name-taken', 'labs'],
    ['the same by Podman', answer(500, 'the container name "x" is already in use'), 'name-taken', 'labs'],
    ['an engine that has stopped', failure('ECONNREFUSED'), 'engine-gone', 'progress is kept'],
    [
      'an engine that has hung up',
      EngineError.of(new Error('socket hang up'), ADDRESS),
      'engine-gone',
      'progress is kept',
    ],
    ['a socket one may not use', failure('EACCES'), 'engine-denied', 'usermod -aG docker'],
    ['anything else', answer(500, 'oops'), 'engine-error', 'waldojo doctor'],
  ])('%s', (_, error, code, hint) => {
    const explained = explain(error, 'create the lab') as UserError;
    expect(explained).toBeInstanceOf(UserError);
    expect(explained).toMatchObject({ code, hint: expect.stringContaining(hint) });
  });

  test('but one that is a sentence already stays, and so does an abort', () => {
    const told = new UserError('x', 'Told.');
    const abort = new DOMException('aborted', 'AbortError');
    expect(explain(told, 'x')).toBe(told);
    expect(explain(abort, 'x')).toBe(abort);
  });
});

test('a paused container is not taken for a stopped one', () => {
  const paused = answer(409, 'Container 12 is paused, unpause the container before exec');
  const stopped = answer(409, 'Container 12 is not running');
  expect([isPaused(paused), isNotRunning(paused)]).toEqual([true, false]);
  expect([isPaused(stopped), isNotRunning(stopped)]).toEqual([false, true]);
});

test("Podman's 500 for an object in use counts as a conflict", () => {
  expect(isConflict(answer(409, 'x'))).toBe(true);
  expect(isConflict(answer(500, 'image is in use by 1 container'))).toBe(true);
  expect(isConflict(answer(500, 'oops'))).toBe(false);
});
