import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forEachRuntime, sh, specOf, useLab } from './runtimes.ts';

/** Settings of the kernel that root could change, and a value that none has by itself and that harms nothing for a moment. */
const SETTINGS: Record<string, string> = {
  'kernel/core_pattern': 'waldojo-was-here',
  'kernel/modprobe': '/bin/false-waldojo',
  'kernel/panic': '12345',
  'kernel/sysrq': '4',
  'kernel/printk': '3 4 1 7',
  'kernel/threads-max': '123456',
  'fs/file-max': '1234567',
  'fs/suid_dumpable': '2',
  'vm/dirty_ratio': '33',
  'vm/overcommit_memory': '2',
  'vm/swappiness': '13',
  'vm/max_map_count': '123456',
  'net/core/somaxconn': '12345',
  'net/ipv4/ip_forward': '1',
};

const settingOf = (name: string): string | undefined => {
  try {
    return readFileSync(`/proc/sys/${name}`, 'utf8').trim();
  } catch {
    return undefined;
  }
};

forEachRuntime((runtime) => {
  const lab = useLab(runtime);
  /** Root inside, with what is tried as its one command: it has to fail there. */
  const isRefused = async (script: string): Promise<void> => {
    const { exitCode, stdout } = await lab().exec(['bash', '-c', script]);
    expect({ tried: script, refused: exitCode !== 0, stdout }).toMatchObject({ refused: true });
  };
  const secret = randomBytes(12).toString('hex');
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'waldojo-outside-'));
    writeFileSync(join(directory, secret), secret, { mode: 0o666 });
    process.env.WALDOJO_TEST_SECRET = secret;
  });
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
    delete process.env.WALDOJO_TEST_SECRET;
  });

  describe('files outside', () => {
    it('are not there: neither by name, nor in the whole tree, nor through any process', async () => {
      await isRefused(`cat ${directory}/${secret}`);
      expect(await sh(lab(), `find / -xdev -name ${secret} 2>/dev/null; ls -d ${directory} 2>/dev/null || true`)).toBe(
        '',
      );
      const through = `for p in /proc/[0-9]*; do ls $p/root${directory} $p/cwd/${secret} 2>/dev/null; done; true`;
      expect(await sh(lab(), through)).toBe('');
      await isRefused(`cd / && cat ../../../../../../../../..${directory}/${secret}`);
    });

    it('are not open: the files of all processes are the lab’s own, pipes and devices', async () => {
      const targets = await sh(
        lab(),
        'for p in /proc/[0-9]*; do readlink $p/fd/* $p/cwd $p/root $p/exe; done | sort -u',
      );
      const own = /^(\/$|\/(bin|lib|sbin|usr|var|dev|proc|root|tmp|home|run)\b|(pipe|socket|anon_inode):)/;
      expect(targets.split('\n').filter((target) => !own.test(target))).toEqual([]);
      expect(targets).not.toContain(directory);
    });

    it('are not written by what root writes to the same place inside', async () => {
      await sh(lab(), `mkdir -p ${directory} && echo changed >${directory}/${secret}`);
      expect(readFileSync(join(directory, secret), 'utf8')).toBe(secret);
    });

    it('do not come with the environment of the program', async () => {
      const all = 'env; for p in /proc/[0-9]*; do tr "\\0" "\\n" <$p/environ 2>/dev/null; done; true';
      expect(await sh(lab(), all)).not.toContain(secret);
    });
  });

  describe('processes outside', () => {
    it('are not seen and not signalled, not even by a kill of all', async () => {
      const outside = spawn('sleep', [`4${secret.replace(/\D/g, '').slice(0, 6)}`], { stdio: 'ignore' });
      const own = await runtime.create(specOf());
      try {
        const inside = await own.exec(['bash', '-c', `cat /proc/[0-9]*/cmdline | tr '\\0' ' '`]);
        expect(inside.stdout).not.toContain(outside.spawnargs[1]);
        await own.exec([
          'bash',
          '-c',
          `kill -9 ${outside.pid} ${process.pid}; kill -9 -${outside.pid}; pkill -9 sleep; true`,
        ]);
        await own.exec(['bash', '-c', 'kill -9 -1']).catch(() => {});
        expect(outside.exitCode ?? outside.signalCode).toBeNull();
        expect(process.kill(outside.pid!, 0)).toBe(true);
      } finally {
        outside.kill('SIGKILL');
        await own.remove();
      }
    });

    it('have other namespaces of every kind', async () => {
      const names = ['mnt', 'pid', 'net', 'ipc', 'uts'];
      const inside = (await sh(lab(), `cd /proc/self/ns; readlink ${names.join(' ')}`)).split('\n');
      const outside = await import('node:fs/promises').then(({ readlink }) =>
        Promise.all(names.map((name) => readlink(`/proc/self/ns/${name}`))),
      );
      for (const [i, name] of names.entries()) expect({ name, ns: inside[i] }).not.toEqual({ name, ns: outside[i] });
    });
  });

  describe('the network', () => {
    const servers: Server[] = [];
    const abstract = `\0waldojo-${secret}`;
    let port = 0;
    beforeAll(async () => {
      for (const where of [{ port: 0, host: '0.0.0.0' }, { path: abstract }]) {
        const server = createServer((socket) => socket.end(secret)).listen(where);
        servers.push(server);
        await once(server, 'listening');
      }
      port = (servers[0]!.address() as { port: number }).port;
    });
    afterAll(() => {
      for (const server of servers) server.close();
    });

    it('is its own: a server outside is not reached by any address of the machine, nor by an abstract socket', async () => {
      const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
      const ipv4 = addresses.filter(({ family }) => family === 'IPv4').map(({ address }) => address);
      for (const address of new Set(['127.0.0.1', ...ipv4])) {
        await isRefused(`timeout 2 bash -c 'cat </dev/tcp/${address}/${port}'`);
      }
      await isRefused(`timeout 2 socat -u ABSTRACT-CONNECT:${abstract.slice(1)} -`);
      // Outside, the same is not refused.
      const { stdout } = await execa('bash', ['-c', `cat </dev/tcp/127.0.0.1/${port}`]);
      expect(stdout).toBe(secret);
    });

    it('has a loopback and nothing else', async () => {
      expect(
        await sh(
          lab(),
          "sed -n 's/^ *\\([^ :]*\\):.*/\\1/p' /proc/net/dev | grep -vE '^(lo|tunl|sit|gre|ip6|erspan|ip_vti)' || true",
        ),
      ).toBe('');
      await isRefused('timeout 2 bash -c "cat </dev/tcp/192.0.2.1/80"');
      expect(await sh(lab(), 'psql -h localhost -U postgres -w -c "" 2>&1 || true', 'postgres')).toMatch(
        /no password supplied/,
      );
    });

    it('leaves PostgreSQL its port, whatever runs outside', async () => {
      const other = createServer().on('error', () => {});
      other.listen(5432, '127.0.0.1');
      await new Promise((resolve) => other.once('listening', resolve).once('error', resolve));
      const second = await runtime.create(specOf());
      expect(await sh(second, 'psql -XAtc "SELECT 1"', 'postgres')).toBe('1');
      await second.remove();
      other.close();
    });
  });

  describe('the kernel', () => {
    it('has its settings only to be read', async () => {
      const before = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, settingOf(name)]));
      for (const [name, value] of Object.entries(SETTINGS)) {
        if (before[name] === undefined) continue;
        await isRefused(`echo '${value}' >/proc/sys/${name}`);
        await isRefused(`mount -o remount,rw /proc/sys && echo '${value}' >/proc/sys/${name}`);
        expect({ name, value: settingOf(name) }).toEqual({ name, value: before[name] });
      }
    });

    it('takes no other order: sysrq, modules, time, host name outside, swap, interrupts', async () => {
      // The one of sysrq's letters that only prints help.
      await isRefused(
        '[ ! -s /proc/sysrq-trigger ] && [ -c /proc/sysrq-trigger ] && exit 1; echo h >/proc/sysrq-trigger',
      );
      await isRefused('date -s "2001-01-01"');
      await isRefused('swapoff -a && swapon /etc/passwd');
      await isRefused('echo 1 >/proc/irq/default_smp_affinity');
      await isRefused('hostname somewhere-else && false; [ "$(hostname)" = somewhere-else ]');
      await isRefused('renice -n -5 -p $$');
      await isRefused('chroot / true');
      await isRefused('nsenter --target 1 --mount true');
    });

    it('does not hand on the keyring of the session that the program runs in', async () => {
      const keyctl = process.arch === 'arm64' ? 219 : 250;
      const lookup = ['perl', '-e', `print syscall(${keyctl}, 0, -3, 0)`];
      const outside = await execa(lookup[0]!, lookup.slice(1));
      expect(Number(outside.stdout)).toBeGreaterThan(0);
      for (const user of ['root', 'student']) {
        expect((await lab().exec(lookup, { user })).stdout).not.toBe(outside.stdout);
      }
    });

    it('keeps its secrets', async () => {
      for (const file of ['kcore', 'keys', 'kmsg', 'timer_list', 'sched_debug', 'latency_stats']) {
        expect({ file, text: await sh(lab(), `head -c 64 /proc/${file} 2>/dev/null || true`) }).toEqual({
          file,
          text: '',
        });
      }
      for (const device of ['mem', 'kmem', 'port', 'kmsg', 'sda', 'vda', 'nvme0n1', 'loop0', 'fuse', 'kvm']) {
        await isRefused(`[ -e /dev/${device} ]`);
      }
      expect(await sh(lab(), 'find /sys -writable -type f 2>/dev/null | head -3')).toBe('');
    });
  });

  describe('mounts and devices', () => {
    it('cannot be made, moved or taken away', async () => {
      await isRefused('mount -t tmpfs none /mnt');
      await isRefused('mount -t proc none /mnt');
      await isRefused('mount --bind /etc /mnt');
      await isRefused('mount -o remount,rw /proc/sys');
      await isRefused('umount -l /proc/sys');
      await isRefused('umount -l /proc');
      await isRefused('umount -l /dev');
      await isRefused('mv /dev/pts /dev/other');
    });

    it('cannot be made by mknod', async () => {
      await isRefused('mknod /tmp/disk b 8 0 && head -c 1 /tmp/disk');
      await isRefused('mknod /tmp/mem c 1 1 && head -c 1 /tmp/mem');
    });

    it('cannot be had in a user namespace of one’s own, as root or not', async () => {
      await isRefused('unshare --user --map-root-user --mount mount -t tmpfs none /mnt');
      const { exitCode } = await lab().exec(['unshare', '--user', '--map-root-user', 'true'], { user: 'student' });
      expect(exitCode).not.toBe(0);
    });
  });

  it('gives root the seven capabilities that a lab needs, and no process any other', async () => {
    // chown, dac_override, fowner, kill, setgid, setuid, audit_write
    const seven = (1n << 0n) | (1n << 1n) | (1n << 3n) | (1n << 5n) | (1n << 6n) | (1n << 7n) | (1n << 29n);
    const sets = await sh(
      lab(),
      'cat /proc/[0-9]*/status | grep -E "^Cap(Inh|Prm|Eff|Bnd|Amb)" | tr -s "\\t" " " | sort -u',
    );
    for (const line of sets.split('\n')) {
      const [name, mask] = line.split(': ');
      expect({ name, more: BigInt(`0x${mask}`) & ~seven }).toEqual({ name, more: 0n });
    }
    expect(await sh(lab(), 'sudo grep CapEff /proc/self/status', 'student')).toContain(
      seven.toString(16).padStart(16, '0'),
    );
  });
});
