import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { proxyArguments } from '../../../src/lab/docker/proxies.ts';
import { createDockerRuntime } from '../../../src/lab/docker/runtime.ts';
import { fakeEngine } from '../../fake-engine.ts';

const ENGINE = 'unix:///var/run/docker.sock';
const both = (name: string, value: string) => ({ [name]: value, [name.toLowerCase()]: value });

test.each([
  ['nothing', {}, {}, {}],
  [
    'the environment',
    { HTTP_PROXY: 'http://p:3128', no_proxy: '.lan' },
    {},
    { ...both('HTTP_PROXY', 'http://p:3128'), ...both('NO_PROXY', '.lan') },
  ],
  ['an empty variable', { HTTP_PROXY: '' }, {}, {}],
  [
    "docker's configuration, before the environment",
    { HTTPS_PROXY: 'http://env:1', FTP_PROXY: 'http://ftp:1' },
    { default: { httpsProxy: 'http://config:1' } },
    { ...both('HTTPS_PROXY', 'http://config:1'), ...both('FTP_PROXY', 'http://ftp:1') },
  ],
  [
    'what is configured for this engine',
    {},
    { default: { httpProxy: 'http://other:1' }, [ENGINE]: { httpProxy: 'http://mine:1', allProxy: 'socks5://s:1' } },
    { ...both('HTTP_PROXY', 'http://mine:1'), ...both('ALL_PROXY', 'socks5://s:1') },
  ],
  [
    'a proxy of this machine alone, which a build cannot reach',
    { HTTP_PROXY: 'http://me:pw@127.0.0.1:3128', https_proxy: 'localhost:1' },
    {},
    {},
  ],
  ['something else than a text', {}, { default: { httpProxy: 7 } }, {}],
])('the proxies of a build, from %s', (_, env, proxies, wanted) => {
  expect(proxyArguments(ENGINE, env, { proxies: proxies as Record<string, Record<string, unknown>> })).toEqual(wanted);
});

test('a build is asked for with them', async () => {
  const asked: URL[] = [];
  const engine = await fakeEngine((request, response) => {
    const url = new URL(request.url!, 'http://engine');
    if (url.pathname === '/build') asked.push(url);
    const there = url.pathname === '/build' || url.pathname.startsWith('/images/debian');
    response.writeHead(there ? 200 : 404).end(there ? '{"Id":"x"}' : '{"message":"No such image"}');
  });
  onTestFinished(() => engine.close());
  vi.stubEnv('WALDOJO_DATA', await mkdtemp(join(tmpdir(), 'waldojo-data-')));
  vi.stubEnv('DOCKER_HOST', engine.address);
  vi.stubEnv('HTTP_PROXY', 'http://proxy.example:3128');
  onTestFinished(() => void vi.unstubAllEnvs());
  await createDockerRuntime().buildImage(17, () => {});
  expect(JSON.parse(asked[0]!.searchParams.get('buildargs')!)).toMatchObject({
    ...both('HTTP_PROXY', 'http://proxy.example:3128'),
    MAJOR: '17',
  });
});
