import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findEndpoint } from '../../../src/lab/docker/endpoint.ts';
import { probeEngine } from '../../../src/lab/docker/engine.ts';
import { LIMITS } from '../../../src/lab/docker/transport.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'waldojo-engine-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

function writeContext(name: string, host: string): void {
  const folder = join(directory, 'contexts/meta', createHash('sha256').update(name).digest('hex'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
  writeFileSync(join(directory, 'config.json'), JSON.stringify({ currentContext: name }));
}

describe('the engine that is used', () => {
  test('is the one that DOCKER_HOST names, whatever the context is', () => {
    writeContext('desk', 'unix:///run/desk.sock');
    const env = { DOCKER_CONFIG: directory, DOCKER_HOST: 'unix:///run/user/1000/podman/podman.sock' };
    expect(findEndpoint(env)).toEqual({ address: 'unix:///run/user/1000/podman/podman.sock', from: 'DOCKER_HOST' });
  });

  test('is the current context of the docker command line', () => {
    writeContext('desk', 'unix:///run/desk.sock');
    expect(findEndpoint({ DOCKER_CONFIG: directory })).toMatchObject({
      address: 'unix:///run/desk.sock',
      from: 'context',
    });
  });

  test("is the system's socket where nothing else is said", () => {
    expect(findEndpoint({ DOCKER_CONFIG: directory })).toEqual({
      address: 'unix:///var/run/docker.sock',
      from: 'default',
    });
  });

  test.each([
    ['/var/run/docker.sock', 'unix:///var/run/docker.sock'],
    ['unix:/var/run/docker.sock', 'unix:///var/run/docker.sock'],
    [' unix:///run/docker.sock \n', 'unix:///run/docker.sock'],
    ['unix:///run/with a blank/docker.sock', 'unix:///run/with a blank/docker.sock'],
    ['localhost:2375', 'tcp://localhost:2375'],
    ['tcp://10.0.0.7', 'tcp://10.0.0.7:2375'],
    ['http://engine.example:2375/', 'tcp://engine.example:2375'],
    ['tcp://[::1]:2375', 'tcp://[::1]:2375'],
  ])('is plain from %j', (DOCKER_HOST, address) => {
    expect(findEndpoint({ DOCKER_CONFIG: directory, DOCKER_HOST })).toMatchObject({ address, from: 'DOCKER_HOST' });
  });

  test.each([
    ...[
      'garbage',
      'unix://',
      'unix:///',
      'unix://docker.sock',
      'docker.sock',
      'tcp://',
      'tcp://:2375',
      ':2375',
      '/',
      '//',
    ],
    ...[
      'tcp://host:99999',
      'tcp://host:0',
      'localhost:',
      'localhost:x',
      'ftp://host:21',
      'tcp://a b:1',
      '\u001b[31mred',
      '…',
    ],
  ])('cannot be %j, which is told as malformed', (DOCKER_HOST) => {
    const told = expect.objectContaining({
      code: 'engine-address',
      exit: 3,
      message: expect.stringMatching(/^DOCKER_HOST is no address of an engine: "[^\p{Cc}]+"\.$/u),
      hint: expect.stringContaining('unix:///var/run/docker.sock'),
    });
    expect(() => findEndpoint({ DOCKER_CONFIG: directory, DOCKER_HOST })).toThrow(told);
  });

  test('is reached by TLS where the settings say so', () => {
    const tlsOf = (env: Record<string, string>) => findEndpoint({ DOCKER_CONFIG: directory, ...env }).tls;
    expect(tlsOf({ DOCKER_HOST: 'tcp://h:2376' })).toBe(directory);
    expect(tlsOf({ DOCKER_HOST: 'tcp://h:1', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' })).toBe('/certs');
    expect(tlsOf({ DOCKER_HOST: 'tcp://h:2375' })).toBeUndefined();
  });

  test('cannot be a context that does not exist', () => {
    expect(() => findEndpoint({ DOCKER_CONFIG: directory, DOCKER_CONTEXT: 'gone' })).toThrow('"gone" does not exist');
  });
});

describe('a probe', () => {
  test('says that nothing answers at DOCKER_HOST, and one remedy', async () => {
    vi.stubEnv('DOCKER_HOST', `unix://${directory}/none.sock`);
    const probe = await probeEngine();
    expect(probe).toMatchObject({
      ok: false,
      reason: `No engine answers at DOCKER_HOST=unix://${directory}/none.sock.`,
    });
  });

  test('says plainly that ssh is not supported', async () => {
    vi.stubEnv('DOCKER_HOST', 'ssh://me@example.org');
    const probe = await probeEngine();
    expect(probe).toMatchObject({ ok: false, reason: 'waldojo cannot reach a Docker engine at ssh://me@example.org.' });
  });

  describe('of an engine that hangs', () => {
    let server: Server;
    beforeEach(async () => {
      server = createServer();
      await new Promise<void>((resolve) => server.listen(join(directory, 'hangs.sock'), resolve));
      vi.stubEnv('DOCKER_HOST', `unix://${directory}/hangs.sock`);
    });
    afterEach(() => void server.close());

    test('gives up by itself', async () => {
      expect(await probeEngine(undefined, { ...LIMITS, probe: 100 })).toMatchObject({ ok: false, sick: true });
    });

    test('ends when it is no longer wanted', async () => {
      const wanted = new AbortController();
      server.once('connection', () => wanted.abort(new Error('enough')));
      await expect(probeEngine(wanted.signal)).rejects.toThrow('enough');
    });
  });
});
