import { expect, it } from 'vitest';
import { clusterFailed } from '../../src/lab/cluster-failed.ts';
import { forEachRuntime, major, sh, useLab } from './runtimes.ts';

const conf = `/etc/postgresql/${major}/replica/postgresql.conf`;
const control = (action: string) => `pg_ctlcluster ${major} replica ${action}`;

forEachRuntime((runtime) => {
  const lab = useLab(runtime);
  const run = async (command: string, user = 'root') => {
    const { exitCode, stdout, stderr } = await lab().exec(['bash', '-c', command], { user });
    return { exitCode, said: stdout + stderr };
  };

  it("starts a cluster as Debian's pg_ctlcluster does, with its messages, status and patience, only sooner", async () => {
    // A setting that PostgreSQL refuses, and a server that answers only after four seconds.
    const broken = `echo 'work_mem = none' >>${conf}`;
    const postgres = `/usr/lib/postgresql/${major}/bin/postgres`;
    const slow = `mv ${postgres}{,.real}; printf '%s\\n' '#!/bin/sh' 'case "$*" in *replica*) sleep 4;; esac' 'exec ${postgres}.real "$@"' >${postgres}; chmod 755 ${postgres}`;
    await sh(lab(), `cp ${conf} /root/replica.conf; ${broken}`);
    const ours = await run(control('start'));
    const debians = await run(control('start').replace('pg_ctlcluster', 'pg_ctlcluster.debian'));
    const timeless = ({ exitCode, said }: typeof ours) => [exitCode, said.replace(/^\S+ \S+ \S+ \[\d+\] /gm, '')];
    expect(timeless(ours)).toEqual(timeless(debians));
    expect(ours.exitCode).toBe(1);
    expect(ours.said).toContain('work_mem');
    await sh(lab(), `cp /root/replica.conf ${conf}; ${slow}`);
    // With -W nobody waits for the server but pg_ctlcluster itself.
    expect(await run(`${control('start')} -- -W`)).toMatchObject({ exitCode: 0 });
    await sh(lab(), `mv -f ${postgres}{.real,}; ${control('stop -- -m fast')}`);
  });

  it("knows PostgreSQL's units by systemctl, PostgreSQL's manual, and a sudo that leaves typed text alone", async () => {
    const unit = `postgresql@${major}-replica`;
    expect(await run(`systemctl start ${unit}`, 'student')).toMatchObject({
      exitCode: 4,
      said: expect.stringContaining('sudo'),
    });
    expect(await run(`sudo systemctl start ${unit}.service`, 'student')).toMatchObject({ exitCode: 0 });
    expect(await run(`systemctl is-active ${unit}`)).toEqual({ exitCode: 0, said: 'active\n' });
    expect(await run(`sudo systemctl stop ${unit}`, 'student')).toMatchObject({ exitCode: 0 });
    expect(await run(`systemctl is-active ${unit}`)).toEqual({ exitCode: 3, said: 'inactive\n' });
    expect(await run('systemctl start postgresql@99-main')).toMatchObject({ exitCode: 5 });
    expect(await run('systemctl daemon-reload')).toMatchObject({
      exitCode: 1,
      said: expect.stringContaining('No systemd'),
    });
    expect((await run('man pg_basebackup | head -40', 'student')).said).toContain('PostgreSQL');
    expect((await run('man pg_ctlcluster | head -40', 'student')).said).toContain('cluster');
    expect((await run('sudo -V | grep -i "pseudo-tty\\|pty"')).said).not.toMatch(/^Use a pseudo-tty/im);
  });

  it('says what a server wrote that does not start in a new lab', async () => {
    await sh(
      lab(),
      `pg_ctlcluster ${major} main stop -m fast; cp /root/replica.conf ${conf}; echo 'work_mem = none' >>${conf}`,
    );
    await run(control('start'));
    const { message } = await clusterFailed(lab(), ['replica']);
    expect(message).toMatch(/^PostgreSQL did not start in a new lab: replica\.\n.*work_mem/s);
  });
});
