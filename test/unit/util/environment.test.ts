import { homedir, userInfo } from 'node:os';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settleEnvironment } from '../../../src/util/environment.ts';

const home = userInfo().homedir;

describe('the environment', () => {
  it.each<[string, NodeJS.ProcessEnv, NodeJS.ProcessEnv]>([
    ['an empty one of ours', { WALDOJO_DATA: '', WALDOJO_MIRROR: '' }, {}],
    ['an empty one of an engine', { DOCKER_HOST: '', DOCKER_CONFIG: '', DOCKER_CONTEXT: '' }, {}],
    ['an empty XDG directory', { XDG_STATE_HOME: '', XDG_DATA_HOME: '', XDG_CACHE_HOME: '', XDG_RUNTIME_DIR: '' }, {}],
    ['a relative XDG directory', { XDG_STATE_HOME: 'state', XDG_CACHE_HOME: './cache', XDG_RUNTIME_DIR: 'run' }, {}],
    ['an empty or a relative TMPDIR', { TMPDIR: 'tmp' }, {}],
    ['an empty HOME', { HOME: '' }, {}],
    ['a relative HOME', { HOME: 'me' }, {}],
  ])('takes %s for unset', (_, given, left) => {
    settleEnvironment(given);
    expect(given).toEqual({ HOME: home, ...left });
  });

  it('takes a relative directory of data from where the person stands', () => {
    const given: NodeJS.ProcessEnv = { WALDOJO_DATA: 'my/data' };
    settleEnvironment(given);
    expect(given.WALDOJO_DATA).toBe(resolve('my/data'));
  });

  it('leaves the rest as it is', () => {
    const given = { HOME: homedir(), WALDOJO_DATA: '/data', XDG_SESSION_TYPE: 'tty', TMPDIR: '/tmp', OTHER: '' };
    settleEnvironment(given);
    expect(given).toEqual({
      HOME: homedir(),
      WALDOJO_DATA: '/data',
      XDG_SESSION_TYPE: 'tty',
      TMPDIR: '/tmp',
      OTHER: '',
    });
  });
});
