import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { Duplex } from 'node:stream';
import { execa } from 'execa';
import type { CheckContext } from '../../src/check/context.ts';
import { SqlPool } from '../../src/check/sql-pool.ts';
import type { ExecOptions, ExecResult, Lab } from '../../src/lab/lab.ts';
import type { Assertion, Check } from '../../src/model/check.ts';
import type { Major, Topology } from '../../src/model/topology.ts';

export const topology: Topology = {
  host: 'lab',
  image: 'postgres',
  clusters: [
    { name: 'main', port: 5432, state: 'running' },
    { name: 'replica', port: 5433, state: 'stopped' },
  ],
};

const unused = () => Promise.reject(new Error('not for checks'));

/** The least of a Lab that checks need, over the docker command. */
export async function createLab(major: Major = 17): Promise<Lab> {
  const { stdout: id } = await execa('docker', [
    ...[
      'run',
      '-d',
      '--rm',
      '--init',
      '--name',
      `waldojo-check-${randomUUID()}`,
      '--network',
      'none',
      `waldojo-dev:${major}`,
    ],
    ...['/usr/local/lib/waldojo/init', 'main'],
  ]);
  await execa('timeout', ['30', 'bash', '-c', `until docker logs ${id} | grep -q ready; do sleep 0.1; done`]);
  const gone = new AbortController();
  const flags = ({ user = 'root', env = {} }: ExecOptions) => [
    ...['exec', '-i', '-u', user],
    ...Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
    id,
  ];
  return {
    id,
    runtime: 'docker',
    major,
    gone: gone.signal,
    async exec(argv, options = {}): Promise<ExecResult> {
      const result = await execa('docker', [...flags(options), ...argv], {
        input: options.input ?? '',
        timeout: options.timeout ?? 30_000,
        ...(options.signal && { cancelSignal: options.signal }),
        reject: false,
        stripFinalNewline: false,
      });
      if (result.exitCode === undefined) throw result;
      if (/^(Error|OCI)|unable to find user/.test(result.stderr) && result.exitCode >= 125)
        throw new Error(result.stderr);
      if (result.exitCode === 1 && /^Error/.test(result.stderr)) throw new Error(result.stderr);
      return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
    },
    async connect(argv, options = {}) {
      const child = spawn('docker', [...flags(options), ...argv], { stdio: ['pipe', 'pipe', 'ignore'] });
      const duplex = Duplex.from({ readable: child.stdout, writable: child.stdin });
      return duplex.on('close', () => child.kill());
    },
    openTerminal: unused,
    snapshot: unused,
    restore: unused,
    stop: unused,
    async remove() {
      gone.abort(new Error('The lab was removed.'));
      await execa('docker', ['rm', '-f', id], { reject: false });
    },
  };
}

export const contextOf = (lab: Lab, more: Partial<CheckContext> = {}): CheckContext => ({
  lab,
  topology,
  sql: new SqlPool(lab, topology),
  commands: [],
  answers: {},
  signal: new AbortController().signal,
  ...more,
});

export const checkOf = (assertion: Assertion, more: Partial<Check> = {}): Check => ({
  name: 'it holds',
  assertion,
  within: 0,
  once: false,
  diagnose: [],
  otherwise: '',
  line: 1,
  ...more,
});

/** Runs bash in the lab and fails the test when it fails. */
export async function sh(lab: Lab, script: string, user = 'postgres'): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.exec(['bash', '-c', script], { user, timeout: 60_000 });
  if (exitCode !== 0) throw new Error(`${script}: ${stderr}`);
  return stdout.trim();
}
