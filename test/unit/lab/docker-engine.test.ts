import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findEndpoint, probeEngine } from '../../../src/lab/docker/engine.ts';

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
      expect(await probeEngine()).toMatchObject({ ok: false });
    });

    test('ends when it is no longer wanted', async () => {
      const wanted = new AbortController();
      server.once('connection', () => wanted.abort(new Error('enough')));
      await expect(probeEngine(wanted.signal)).rejects.toThrow('enough');
    });
  });
});
