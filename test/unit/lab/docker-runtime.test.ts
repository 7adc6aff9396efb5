import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createDockerRuntime } from '../../../src/lab/docker/runtime.ts';
import { LIMITS } from '../../../src/lab/docker/transport.ts';
import type { Lab, LabSpec } from '../../../src/lab/lab.ts';
import { processes } from '../../contract/runtimes.ts';
import { proxyOf } from '../../engine-proxy.ts';
import { runtime, skipped, spec } from './docker-support.ts';

const docker = async (...args: string[]): Promise<string> => (await execa('docker', args)).stdout.trim();
const containersOf = (lab: Lab) => docker('ps', '-aq', '--filter', `label=waldojo.lab=${lab.id}`);
const imagesOf = (lab: Lab) => docker('images', '-aq', '--filter', `label=waldojo.lab=${lab.id}`);

async function withLab(use: (lab: Lab) => Promise<void>, more: Partial<LabSpec> = {}): Promise<void> {
  const lab = await runtime.create({ ...spec, ...more });
  try {
    await use(lab);
  } finally {
    await lab.remove();
  }
}

describe.skipIf(skipped)('a lab of another data directory of the same engine', () => {
  const elsewhere = async <T>(work: () => Promise<T>): Promise<T> => {
    const before = process.env.WALDOJO_DATA;
    process.env.WALDOJO_DATA = '/nonexistent';
    try {
      return await work();
    } finally {
      if (before === undefined) delete process.env.WALDOJO_DATA;
      else process.env.WALDOJO_DATA = before;
    }
  };

  test('is told apart, and no sweep touches it or its snapshots, whatever became of its program', () =>
    withLab(async (lab) => {
      const isMine = async () => (await runtime.labs()).find(({ id }) => id === lab.id)?.mine;
      expect([await isMine(), await elsewhere(isMine)]).toEqual([true, false]);
      await lab.snapshot();
      // As of a program that has died.
      await docker('rename', await containersOf(lab), `waldojo-${lab.id}.4194304.1.1`);
      await elsewhere(() => runtime.sweep());
      expect(await containersOf(lab)).not.toBe('');
      await docker('rm', '-f', await containersOf(lab));
      await elsewhere(() => runtime.sweep());
      expect(await imagesOf(lab)).not.toBe('');
      await runtime.sweep();
      expect(await imagesOf(lab)).toBe('');
    }));
});

describe.skipIf(skipped)('a lab in a container', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await runtime.create(spec);
  });
  afterAll(() => lab?.remove());

  test('is cut off, bounded, and labelled from its first moment', async () => {
    const [{ Config, HostConfig, Created }] = JSON.parse(await docker('inspect', await containersOf(lab)));
    expect(HostConfig).toMatchObject({
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      Memory: 512 * 2 ** 20,
      MemorySwap: 512 * 2 ** 20,
      NanoCpus: 1e9,
      PidsLimit: 256,
      // Whatever the engine's defaults are.
      SecurityOpt: ['no-new-privileges=false'],
      LogConfig: { Type: 'none' },
    });
    expect(Config.Labels).toMatchObject({ 'waldojo.lab': lab.id, 'waldojo.keep': 'false', 'waldojo.major': '17' });
    expect(Math.abs(Date.parse(Config.Labels['waldojo.created']) - Date.parse(Created))).toBeLessThan(60_000);
    const { stdout } = await lab.exec(['sh', '-c', 'hostname; ls /sys/class/net; ulimit -c; ulimit -n']);
    expect(stdout.split('\n').slice(0, 4)).toEqual(['db1', 'lo', '0', '1024']);
  });

  test('outlives a kill of everything in it', async () => {
    await expect(lab.exec(['bash', '-c', 'kill -9 -1'])).rejects.toMatchObject({ code: 'agent-lost' });
    await lab.exec(['bash', '-c', 'kill -9 1; kill -TERM 1; pkill -9 sleep']);
    expect(await lab.exec(['pg_ctlcluster', '17', 'main', 'start'])).toMatchObject({ exitCode: 0 });
    await expect.poll(async () => (await lab.exec(['ps', '-eo', 'stat='])).stdout).not.toContain('Z');
  });

  test('lets sudo look up its host without a complaint', async () => {
    expect(await lab.exec(['sudo', 'id', '-un'], { user: 'student' })).toEqual({
      exitCode: 0,
      stdout: 'root\n',
      stderr: '',
    });
  });

  test.each([
    ['a command', ['sh', '-c', 'sleep 4711 & sleep 4711']],
    ['a command under sudo', ['sudo', '-u', 'postgres', 'sleep', '4711']],
  ])('kills %s that takes too long, children included', async (_, argv) => {
    const late = lab.exec(argv, { user: 'student', timeout: 300 });
    await expect(late).rejects.toMatchObject({ name: 'UserError', code: 'exec-timeout' });
    await expect.poll(() => processes(lab, '^sleep 4711')).toBe('');
  });

  test('ends what runs in a terminal with it, and nothing that had left it', async () => {
    const pty = await lab.openTerminal(['bash', '--norc'], { user: 'student', columns: 91, rows: 33 });
    let screen = '';
    pty.onData((bytes) => {
      screen += Buffer.from(bytes).toString();
    });
    const exited = new Promise<void>((resolve) => pty.onExit(resolve));
    pty.write('stty size; setsid sleep 4712 & sudo -iu postgres sleep 4713\r');
    await expect.poll(() => processes(lab, '^sleep 471[23]')).toMatch(/4712[\s\S]*4713|4713[\s\S]*4712/);
    await expect.poll(() => screen).toContain('33 91');
    pty.kill();
    await exited;
    await expect.poll(() => processes(lab, '^sleep 4713')).toBe('');
    expect(await processes(lab, '^sleep 4712')).not.toBe('');
    await lab.exec(['pkill', 'sleep', '-f', '4712']);
  });

  test('gets each key as it is typed, also those that an engine may keep to itself', async () => {
    const pty = await lab.openTerminal(['sh', '-c', 'stty raw -echo; echo ready; exec cat -v'], {
      user: 'student',
      columns: 80,
      rows: 24,
    });
    let seen = '';
    pty.onData((bytes) => {
      seen += Buffer.from(bytes).toString();
    });
    await expect.poll(() => seen).toContain('ready');
    for (const [key, shown] of [
      ['\x10', '^P'],
      ['\x10', '^P^P'],
      ['\x11', '^P^P^Q'],
      ['x', '^P^P^Qx'],
    ] as const) {
      pty.write(key);
      await expect.poll(() => seen).toContain(shown);
    }
    pty.kill();
  });

  test('keeps nothing of what root in it writes to the log of the container', async () => {
    const flood = 'timeout 1 yes > /proc/1/fd/1; true';
    const before = process.memoryUsage().rss;
    await lab.exec(['bash', '-c', flood]);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
    const logs = await execa('docker', ['logs', await containersOf(lab)], { reject: false });
    expect(logs.stdout).toBe('');
  });

  test('that is paused says so, and that it goes on', async () => {
    const watched = await createDockerRuntime({ ...LIMITS, watch: 50 }).create(spec);
    const container = await containersOf(watched);
    try {
      const told: (string | undefined)[] = [];
      watched.onHindrance!((what) => told.push(what));
      // Our own pauses are nobody's trouble.
      await runtime.removeSnapshot(await watched.snapshot());
      await watched.exec(['true']);
      expect(told).toEqual([]);
      await docker('pause', container);
      await expect.poll(() => told).toEqual([expect.stringContaining('docker unpause')]);
      const stuck = { name: 'UserError', code: 'lab-hindered', message: expect.stringContaining('docker unpause') };
      const opening = watched.openTerminal(['true'], { user: 'student', columns: 80, rows: 24 });
      await expect(opening).rejects.toMatchObject(stuck);
      await docker('unpause', container);
      await expect.poll(() => told.at(-1)).toBeUndefined();
      expect(await watched.exec(['true'])).toMatchObject({ exitCode: 0 });
    } finally {
      await watched.remove();
    }
  });

  test('holds back a flood that nobody reads', async () => {
    const pty = await lab.openTerminal(['sh', '-c', 'yes | head -c 30000000'], {
      user: 'student',
      columns: 80,
      rows: 24,
    });
    let read = 0;
    pty.onData((bytes) => {
      read += bytes.length;
      pty.pause();
    });
    await expect.poll(() => read).toBeGreaterThan(0);
    await lab.exec(['sleep', '0.5']);
    expect(read).toBeLessThan(1_000_000);
    pty.kill();
    // The engine would wait for the output to be read before it tells of the end of any other command.
    await new Promise<void>((resolve) => pty.onExit(resolve));
    expect(await processes(lab, '^(yes|head)')).toBe('');
  });

  test('carries bytes both ways over a bridge, and says why one cannot be built', async () => {
    const echo = await lab.connect(['cat']);
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 256));
    echo.end(bytes);
    expect(Buffer.concat(await echo.toArray()).equals(bytes)).toBe(true);
    const broken = await lab.connect(['socat', '-', 'UNIX-CONNECT:/no/such/socket'], { user: 'postgres' });
    await expect(broken.toArray()).rejects.toThrow('No such file or directory');
  });

  test('runs commands during a snapshot', async () => {
    const taking = lab.snapshot();
    const results = await Promise.all([lab.exec(['true']), lab.exec(['true'])]);
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    await runtime.removeSnapshot(await taking);
  });
});

describe.skipIf(skipped)('an engine that refuses limits', () => {
  test('gives labs without these, and with all others', async () => {
    let started = 0;
    const proxy = await proxyOf((request) => {
      if (/^POST \/containers\/create\S*NanoCpus/.test(request))
        return { refusal: 'NanoCPUs can not be set: no CFS scheduler' };
      // A rootless one finds out at the start.
      if (/^POST \/containers\/\w+\/start/.test(request) && ++started === 1)
        return { refusal: 'controller `pids` is not available' };
      return request;
    });
    vi.stubEnv('DOCKER_HOST', proxy.address);
    const picky = createDockerRuntime();
    const lab = await picky.create(spec);
    vi.unstubAllEnvs();
    try {
      const [{ HostConfig }] = JSON.parse(await docker('inspect', await containersOf(lab)));
      expect(HostConfig).toMatchObject({ NanoCpus: 0, Memory: 512 * 2 ** 20, NetworkMode: 'none', CapDrop: ['ALL'] });
      expect(HostConfig.PidsLimit ?? 0).toBe(0);
      expect(await lab.exec(['sudo', 'id', '-un'], { user: 'student' })).toMatchObject({ stdout: 'root\n' });
    } finally {
      await lab.remove();
      proxy.cut();
    }
  });
});

describe.skipIf(skipped)('the engine is left as it was', () => {
  test('after a lab and its snapshots, also those that are based on each other', async () => {
    const lab = await runtime.create(spec);
    const first = await lab.snapshot();
    await lab.restore(first);
    await lab.snapshot();
    await lab.restore(first);
    await runtime.removeSnapshot(first);
    expect(await imagesOf(lab)).not.toBe('');
    await lab.remove();
    await lab.remove();
    expect([await containersOf(lab), await imagesOf(lab)]).toEqual(['', '']);
  });

  test('after a lab that was made from the snapshot of another', async () => {
    const lab = await runtime.create(spec);
    const copy = await runtime.create({ ...spec, from: await lab.snapshot() });
    await lab.remove();
    await copy.exec(['true']);
    await copy.remove();
    expect([await containersOf(copy), await imagesOf(lab), await imagesOf(copy)]).toEqual(['', '', '']);
  });
});

describe.skipIf(skipped)('a lab that dies', () => {
  test('says so, at once and in every later call', () =>
    withLab(async (lab) => {
      const running = lab.exec(['sleep', '60']);
      const died = expect(running).rejects.toMatchObject({
        code: 'lab-died',
        hint: expect.stringContaining('progress'),
      });
      const gone = new Promise((resolve) => lab.gone.addEventListener('abort', resolve));
      await docker('kill', await containersOf(lab));
      await gone;
      await died;
      expect(lab.gone.reason).toMatchObject({ name: 'UserError', code: 'lab-died' });
      await expect(lab.exec(['true'])).rejects.toMatchObject({ code: 'lab-died' });
      await expect(lab.connect(['true'])).rejects.toMatchObject({ code: 'lab-died' });
    }));

  test('says that the engine is gone, where that is so, and keeps nobody waiting', async () => {
    const proxy = await proxyOf();
    vi.stubEnv('DOCKER_HOST', proxy.address);
    const lab = await createDockerRuntime().create(spec);
    vi.unstubAllEnvs();
    const running = lab.exec(['sleep', '60']);
    const failed = expect(running).rejects.toMatchObject({
      code: 'engine-gone',
      hint: expect.stringContaining('progress'),
    });
    const pty = await lab.openTerminal(['bash'], { user: 'student', columns: 80, rows: 24 });
    pty.onData(() => {});
    const exited = new Promise<void>((resolve) => pty.onExit(resolve));
    proxy.cut();
    await Promise.all([failed, exited]);
    await expect(lab.exec(['true'])).rejects.toMatchObject({ code: 'engine-gone' });
    expect(lab.gone.reason).toMatchObject({ code: 'engine-gone' });
    await runtime.removeLab(lab.id);
  });

  test('is not mistaken for one that was stopped or put back', () =>
    withLab(async (lab) => {
      await lab.restore(await lab.snapshot());
      await lab.stop();
      expect(lab.gone.aborted).toBe(false);
      await expect(lab.exec(['true'])).rejects.toMatchObject({ code: 'lab-stopped' });
    }));
});

describe.skipIf(skipped)('a lab that was stopped', () => {
  test('starts the clusters that ran, not those that ran when it was new', () =>
    withLab(
      async (lab) => {
        const start = 'pg_ctlcluster 17 main stop -m fast; pg_ctlcluster 17 replica start';
        await lab.exec(['sh', '-c', start], { user: 'postgres' });
        await lab.stop();
        const again = await runtime.resume(lab.id);
        const { stdout } = await again.exec(['pg_lsclusters', '-h']);
        expect(stdout).toMatch(/main +5432 down[\s\S]*replica +5433 online/);
        await expect(runtime.resume(lab.id)).rejects.toMatchObject({ code: 'lab-in-use' });
      },
      { keep: true },
    ));

  test('is missing once it is removed', async () => {
    await expect(runtime.resume('no-such-lab')).rejects.toMatchObject({ code: 'lab-missing' });
  });
});
