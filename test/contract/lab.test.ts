import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { forEachRuntime, processes, sh, specOf, sql, useLab } from './runtimes.ts';

forEachRuntime((runtime) => {
  const lab = useLab(runtime);

  it('is ready when it is made: the cluster that is to run answers, the other is stopped', async () => {
    expect(await sql(lab(), 'SELECT current_setting($$port$$)')).toBe('5432');
    const { stdout } = await lab().exec(['pg_lsclusters', '-h']);
    expect(stdout).toMatch(/main +5432 online/);
    expect(stdout).toMatch(/replica +5433 down/);
  });

  it('has the host name of its topology, which resolves', async () => {
    expect(await sh(lab(), 'hostname; getent hosts lab')).toMatch(/^lab\n127\.0\.0\.1\s+.*\blab\b/);
  });

  it('has a UTF-8 locale', async () => {
    expect(await sql(lab(), 'SHOW server_encoding')).toBe('UTF8');
    expect(await sh(lab(), 'locale charmap')).toBe('UTF-8');
  });

  it('limits core files, open files and the size of a file', async () => {
    const limits = await sh(lab(), 'ulimit -c; ulimit -Sn; ulimit -Hn; ulimit -f');
    expect(limits).toMatch(/^0\n1024\n4096\n\d+$/);
    // The server, which its first process started, too.
    expect(
      await sh(lab(), 'grep "open files" /proc/$(head -1 /var/lib/postgresql/*/main/postmaster.pid)/limits'),
    ).toMatch(/1024\s+4096/);
  });

  it('gives shared memory of 128 MB', async () => {
    expect(await sh(lab(), 'df -m --output=size /dev/shm | tail -1')).toBe('128');
  });

  it('lists itself with its labels', async () => {
    const record = (await runtime.labs()).find(({ id }) => id === lab().id);
    expect(record).toMatchObject({
      ...{ runtime: runtime.name, scenario: 'contract', keep: false, major: lab().major, running: true, owned: true },
    });
    expect(Date.now() - record!.created.getTime()).toBeLessThan(600_000);
  });

  it('tells of a lab that its scenario is', () => expect(lab().id).toMatch(/^contract-[0-9a-f]+$/));

  it('refuses to make one when it was aborted already, and leaves nothing', async () => {
    const spec = specOf({ scenario: 'refused' });
    await expect(runtime.create(spec, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    expect((await runtime.labs()).filter(({ scenario }) => scenario === 'refused')).toEqual([]);
  });

  it('stops making one when it is aborted, and leaves nothing', async () => {
    // At a moment that nobody chooses, as Ctrl-C comes: while it is being prepared, started, waited for.
    for (let moment = 1; moment < 100; moment *= 1.6) {
      const interrupt = new AbortController();
      setTimeout(() => interrupt.abort(new Error('enough')), moment);
      const made = await runtime.create(specOf({ scenario: 'aborted' }), interrupt.signal).catch((error) => error);
      if (interrupt.signal.aborted) expect(made, `after ${moment} ms`).toEqual(new Error('enough'));
      else await made.remove();
    }
    expect((await runtime.labs()).filter(({ scenario }) => scenario === 'aborted')).toEqual([]);
  });
});

forEachRuntime((runtime) => {
  const lab = useLab(runtime);

  it('gives the exit status, with output and errors apart', async () => {
    const result = await lab().exec(['bash', '-c', 'echo out; echo err >&2; exit 3']);
    expect(result).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('gives 127 for a command that is not there, and 128 and the signal for one that was killed', async () => {
    expect((await lab().exec(['no-such-command'])).exitCode).toBe(127);
    expect((await lab().exec(['bash', '-c', 'kill -TERM $$'])).exitCode).toBe(143);
  });

  it.each(['root', 'postgres', 'student'])('runs as %s, at home, with that name and groups', async (user) => {
    const home = { root: '/root', postgres: '/var/lib/postgresql', student: '/home/student' }[user];
    const script = 'id -un; id -gn; echo "$HOME"; pwd; echo "$USER"; echo "$LANG"';
    expect((await sh(lab(), script, user)).split('\n')).toEqual([user, user, home, home, user, 'en_US.UTF-8']);
  });

  it('gives postgres its other groups too', async () => {
    expect(await sh(lab(), 'id -Gn', 'postgres')).toContain('ssl-cert');
  });

  it('takes variables, a directory and input, and each argument as it is', async () => {
    const script = 'echo "$A|$PWD|$1"; cat';
    const options = { env: { A: 'a b"c\'d' }, cwd: '/tmp', input: 'päper\n' };
    const { stdout } = await lab().exec(['bash', '-c', script, 'bash', '$(id) *'], options);
    expect(stdout).toBe('a b"c\'d|/tmp|$(id) *\npäper\n');
  });

  it('closes the input of a command that gets none', async () => {
    expect(await lab().exec(['cat'])).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('reads a megabyte of output whole', async () => {
    expect((await lab().exec(['bash', '-c', 'head -c 1000000 /dev/zero | tr "\\0" x'])).stdout).toHaveLength(1_000_000);
  });

  it('kills a command that takes too long, with its children', async () => {
    const late = lab().exec(['bash', '-c', 'sleep 4711 & sleep 4711'], { timeout: 300 });
    await expect(late).rejects.toMatchObject({ code: 'exec-timeout' });
    await expect.poll(() => processes(lab(), 'sleep 4711')).toBe('');
  });

  it('kills a command whose caller aborts, and throws the reason', async () => {
    const caller = new AbortController();
    const running = lab().exec(['bash', '-c', 'touch /tmp/began; exec sleep 4712'], { signal: caller.signal });
    await sh(lab(), 'until [ -e /tmp/began ]; do sleep 0.02; done');
    caller.abort(new Error('never mind'));
    await expect(running).rejects.toThrow('never mind');
    await expect.poll(() => processes(lab(), 'sleep 4712')).toBe('');
  });

  it('connects to a command byte for byte, without a terminal in between', async () => {
    const stream = await lab().connect(['cat'], { user: 'postgres' });
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7) % 256));
    stream.end(bytes);
    const received: Buffer[] = [];
    for await (const chunk of stream) received.push(chunk);
    expect(Buffer.concat(received).equals(bytes)).toBe(true);
  });

  it('answers over a connection while it stays open', async () => {
    const stream = await lab().connect(['cat']);
    for (const word of ['one', 'two']) {
      stream.write(word);
      expect(String((await once(stream, 'data'))[0])).toBe(word);
    }
    stream.destroy();
  });

  it('destroys a connection with what its command said, when that fails', async () => {
    const stream = await lab().connect(['bash', '-c', 'echo no such thing >&2; exit 1']);
    await expect(text(stream)).rejects.toThrow('no such thing');
  });

  it('ends the command of a connection that is destroyed', async () => {
    const stream = await lab().connect(['sh', '-c', 'echo up; exec sleep 4713']);
    await once(stream, 'data');
    stream.destroy();
    await expect.poll(() => processes(lab(), 'sleep 4713')).toBe('');
  });

  it('goes on when somebody in the lab has killed what runs its commands', async () => {
    const cutOff = expect(lab().exec(['sleep', '4714'])).rejects.toMatchObject({ code: 'agent-lost' });
    await sh(lab(), 'pkill -9 -x waldojo').catch(() => {});
    await cutOff;
    expect(await sh(lab(), 'echo again')).toBe('again');
    expect(lab().gone.aborted).toBe(false);
  });

  it('goes on when somebody in the lab has written into what it says', async () => {
    const write = 'for agent in $(pgrep -x waldojo); do printf "%01000d" 7 >/proc/$agent/fd/1; done';
    // In some runtimes that is no file which another program could open.
    await sh(lab(), write).catch((error) => expect(error.message).toMatch(/has written into|No such device/));
    expect(await sh(lab(), 'echo again')).toBe('again');
    expect(lab().gone.aborted).toBe(false);
  });

  it('runs many commands at once', async () => {
    const all = Array.from({ length: 12 }, (_, i) => sh(lab(), `echo ${i}`));
    expect(await Promise.all(all)).toEqual(all.map((_, i) => String(i)));
  });

  it('reaps orphans: a postmaster that was killed can be started again', async () => {
    await sh(lab(), 'kill -9 $(head -1 /var/lib/postgresql/*/main/postmaster.pid)');
    await expect.poll(() => lab().exec(['pgrep', '-x', 'postgres'])).toMatchObject({ exitCode: 1 });
    await sh(lab(), `pg_ctlcluster ${lab().major} main start`);
    expect(await sql(lab(), 'SELECT 1')).toBe('1');
    await expect.poll(() => sh(lab(), 'ps -eo stat= | grep -c ^Z || true')).toBe('0');
  });
});

forEachRuntime((runtime) => {
  it('is open to its own users whatever the umask of the person is', async () => {
    const umask = process.umask(0o077);
    try {
      const lab = await runtime.create(specOf());
      try {
        expect(await sh(lab, 'touch ~/new; umask; stat -c %a / ~/new', 'student')).toBe('0022\n755\n644');
        expect(await sql(lab, 'SELECT 1')).toBe('1');
      } finally {
        await lab.remove();
      }
    } finally {
      process.umask(umask);
    }
  });

  it('tells when it dies without having been asked to, and every later call says so', async () => {
    const lab = await runtime.create(specOf());
    try {
      const gone = once(lab.gone, 'abort');
      // The first process ignores what comes from inside; a full reboot of the lab is what ends it.
      await runtime.removeLab(lab.id);
      await gone;
      expect(lab.gone.reason).toMatchObject({ name: 'UserError' });
      await expect(lab.exec(['true'])).rejects.toMatchObject({ name: 'UserError' });
    } finally {
      await lab.remove();
    }
  });

  it('does not call a lab gone that was removed, and removes twice', async () => {
    const lab = await runtime.create(specOf());
    await lab.remove();
    await lab.remove();
    expect(lab.gone.aborted).toBe(false);
    await expect(lab.exec(['true'])).rejects.toMatchObject({ name: 'UserError' });
  });
});
