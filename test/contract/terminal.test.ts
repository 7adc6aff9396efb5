import { expect, it } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { forEachRuntime, processes, sh, useLab } from './runtimes.ts';
import { Screen } from './screen.ts';

const SHELL = ['bash', '--norc', '-i'];

async function openShell(
  lab: Lab,
  user = 'student',
): Promise<Screen & { pty: Awaited<ReturnType<Lab['openTerminal']>> }> {
  const pty = await lab.openTerminal(SHELL, {
    user,
    columns: 100,
    rows: 30,
    env: { PS1: '$ ', WALDOJO_TERMINAL: 'shell' },
  });
  const screen = new Screen(pty);
  await screen.sees(/\$ /);
  return Object.assign(screen, { pty });
}

forEachRuntime((runtime) => {
  const lab = useLab(runtime);

  it('is a terminal of the lab, with the size and the variables asked for, at home', async () => {
    const shell = await openShell(lab());
    expect(await shell.runs('tty')).toMatch(/\/dev\/pts\/\d+/);
    expect(await shell.runs('stty size')).toMatch(/30 100/);
    expect(await shell.runs('echo $TERM $WALDOJO_TERMINAL $PWD $USER')).toMatch(
      /xterm-256color shell \/home\/student student/,
    );
    expect(await shell.runs('test -O $(tty) && test -w $(tty)')).toMatch(/<0>/);
    shell.pty.kill();
    await shell.ended;
  });

  it('has its size from the first moment', async () => {
    for (let round = 0; round < 5; round++) {
      const screen = new Screen(await lab().openTerminal(['stty', 'size'], { user: 'student', columns: 77, rows: 22 }));
      await screen.sees(/22 77/);
      await screen.ended;
    }
  });

  it('takes a new size, and tells the program in it', async () => {
    const shell = await openShell(lab());
    // Not bash: that forgets a signal which comes while its trap for an earlier one still runs.
    const program =
      '$| = 1; $SIG{WINCH} = sub { ioctl STDIN, 0x5413, $_; printf "%d %d\\n", unpack "SS" }; print "go\\n"; sleep 1 while 1';
    shell.type(`perl -e '${program}'\r`);
    await shell.sees(/[\r\n]go\r/);
    shell.pty.resize(90, 20);
    shell.pty.resize(120, 40);
    await shell.sees(/40 120/);
    shell.type('\x03');
    await shell.sees(/\$ /);
    expect(await shell.runs('stty size')).toMatch(/40 120/);
    shell.pty.kill();
  });

  it('is where sudo works, and other users have terminals in it', async () => {
    const shell = await openShell(lab());
    expect(await shell.runs('sudo id -un')).toMatch(/root/);
    expect(await shell.runs('sudo -iu postgres psql -XAtc "SELECT 6*7"')).toMatch(/42/);
    shell.pty.kill();
  });

  it('ends a running command by Ctrl-C', async () => {
    const shell = await openShell(lab());
    shell.type('sleep 4720\r');
    await expect.poll(() => processes(lab(), '^sleep 4720')).not.toBe('');
    shell.type('\x03');
    await shell.sees(/\^C[\s\S]*\$ /);
    await expect.poll(() => processes(lab(), '^sleep 4720')).toBe('');
    shell.pty.kill();
  });

  it('suspends and continues a job', async () => {
    const shell = await openShell(lab());
    shell.type('sleep 4721\r');
    await expect.poll(() => processes(lab(), '^sleep 4721')).not.toBe('');
    shell.type('\x1a');
    await shell.sees(/Stopped/);
    expect(await shell.runs('jobs')).toMatch(/Stopped +sleep 4721/);
    expect(await shell.runs('kill %1; wait')).toMatch(/<\d+>/);
    shell.pty.kill();
  });

  it('tells of its end, after the last output', async () => {
    const pty = await lab().openTerminal(['bash', '-c', 'seq 20000'], { user: 'student', columns: 80, rows: 24 });
    const screen = new Screen(pty);
    await screen.ended;
    expect(screen.text.trimEnd().endsWith('\n20000')).toBe(true);
  });

  it('gives every byte, in order, also above 127', async () => {
    const script = 'stty raw; for i in $(seq 2000); do printf "%s\\xff\\x00\\xe2\\x82" $i; done';
    const pty = await lab().openTerminal(['bash', '-c', script], { user: 'student', columns: 80, rows: 24 });
    const chunks: Uint8Array[] = [];
    pty.onData((bytes) => chunks.push(bytes));
    await new Promise<void>((resolve) => pty.onExit(resolve));
    const expected = Array.from({ length: 2000 }, (_, i) =>
      Buffer.from([...Buffer.from(String(i + 1)), 0xff, 0, 0xe2, 0x82]),
    );
    expect(Buffer.concat(chunks).equals(Buffer.concat(expected))).toBe(true);
  });

  it('takes a long paste, also when nobody reads it yet, and meanwhile blocks nothing', async () => {
    const shell = await openShell(lab());
    shell.type(
      'stty raw -echo; echo go; until [ -e /tmp/read ]; do sleep 0.02; done; head -c 300000 | wc -c; stty sane\r',
    );
    await shell.sees(/[\r\n]go/);
    shell.type('y'.repeat(300_000));
    await sh(lab(), 'touch /tmp/read');
    await shell.sees(/300000/);
    shell.pty.kill();
  });

  it('holds output back while paused', async () => {
    const pty = await lab().openTerminal(['yes'], { user: 'student', columns: 80, rows: 24 });
    let seen = 0;
    let first = () => {};
    const began = new Promise<void>((resolve) => {
      first = resolve;
    });
    pty.onData((bytes) => {
      seen += bytes.length;
      first();
    });
    await began;
    pty.pause();
    await lab().exec(['sleep', '0.2']);
    const before = seen;
    await lab().exec(['sleep', '0.3']);
    expect(seen - before).toBe(0);
    pty.resume();
    await expect.poll(() => seen).toBeGreaterThan(before);
    pty.kill();
    await new Promise<void>((resolve) => pty.onExit(resolve));
  });

  it('ends what runs in it when killed, jobs in the background included; a daemon stays', async () => {
    const shell = await openShell(lab());
    shell.type('nohup sleep 4722 >/dev/null 2>&1 & setsid -f sleep 4723 >/dev/null 2>&1 </dev/null; sleep 4724\r');
    for (const number of [4722, 4723, 4724]) await expect.poll(() => processes(lab(), `^sleep ${number}`)).not.toBe('');
    shell.pty.kill();
    await shell.ended;
    for (const number of [4722, 4724]) await expect.poll(() => processes(lab(), `^sleep ${number}`)).toBe('');
    expect(await processes(lab(), '^sleep 4723')).not.toBe('');
    shell.pty.kill();
    shell.pty.write('late');
    shell.pty.resize(80, 24);
  });

  it('has several terminals, each its own', async () => {
    const [one, two] = await Promise.all([openShell(lab()), openShell(lab(), 'postgres')]);
    const names = await Promise.all([one.runs('tty'), two.runs('tty')]);
    expect(new Set(names.map((name) => /pts\/\d+/.exec(name)?.[0])).size).toBe(2);
    expect(await two.runs('id -un')).toMatch(/postgres/);
    one.pty.kill();
    two.pty.kill();
    await Promise.all([one.ended, two.ended]);
    // Not by /dev/pts: an engine may keep the device of a terminal that was killed with input unread.
    await expect.poll(() => sh(lab(), 'ps -eo tty= | grep -c pts || true')).toBe('0');
  });
});
