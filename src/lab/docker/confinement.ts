import type Docker from 'dockerode';
import { isPodman, versionOf } from './engine.ts';
import { EngineError } from './errors.ts';

const MEGABYTE = 2 ** 20;

// What sudo and PostgreSQL need.
const CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETUID', 'SETGID', 'KILL', 'AUDIT_WRITE'];

/** What a lab is not to be without. */
const WALLS: Docker.HostConfig = {
  // The lab's own init reaps orphans. Under the engine's, a `pkill sleep` by root inside would end the lab.
  Init: false,
  NetworkMode: 'none',
  CapDrop: ['ALL'],
  CapAdd: CAPABILITIES,
};

interface Nicety {
  settings: Docker.HostConfig;
  /** How an engine's refusal can be known. */
  refusal: RegExp;
}

/** What is left to an engine that refuses it: kernels without some controller, rootless engines, old ones. */
const NICETIES: Nicety[] = [
  { settings: { NanoCpus: 1e9 }, refusal: /cpu|cgroup/i },
  { settings: { Memory: 512 * MEGABYTE, MemorySwap: 512 * MEGABYTE }, refusal: /memory|swap|cgroup/i },
  { settings: { PidsLimit: 256 }, refusal: /pids|cgroup/i },
  { settings: { ShmSize: 128 * MEGABYTE }, refusal: /shm/i },
  {
    settings: {
      Ulimits: [
        { Name: 'core', Soft: 0, Hard: 0 },
        { Name: 'nofile', Soft: 1024, Hard: 4096 },
        { Name: 'fsize', Soft: 2048 * MEGABYTE, Hard: 2048 * MEGABYTE },
      ],
    },
    refusal: /ulimit|rlimit/i,
  },
  // Nobody reads what its first process says after the start, and root in it can write there without end.
  { settings: { LogConfig: { Type: 'none', Config: {} } }, refusal: /log/i },
  // Under the default that some engines are given, sudo is dead. Podman before 5 takes any mention for a yes.
  { settings: { SecurityOpt: ['no-new-privileges=false'] }, refusal: /security|privileges/i },
];
const [PRIVILEGES] = NICETIES.slice(-1);

/** What each engine has refused. */
const refused = new WeakMap<Docker, Set<Nicety>>();

/** Does `attempt` with all that the engine takes: what it refuses is left out, and the attempt made again. */
export async function confined<T>(docker: Docker, attempt: (settings: Docker.HostConfig) => Promise<T>): Promise<T> {
  const without = refused.get(docker) ?? (await refusedAtFirst(docker));
  refused.set(docker, without);
  for (;;) {
    const taken = NICETIES.filter((nicety) => !without.has(nicety));
    try {
      return await attempt(Object.assign({}, WALLS, ...taken.map(({ settings }) => settings)));
    } catch (error) {
      const said = saidBy(error);
      const culprits = taken.filter(({ refusal }) => refusal.test(said));
      if (culprits.length === 0) throw error;
      for (const nicety of culprits) without.add(nicety);
    }
  }
}

async function refusedAtFirst(docker: Docker): Promise<Set<Nicety>> {
  const version = await versionOf(docker);
  return new Set(isPodman(version) && Number.parseInt(version.Version, 10) < 5 ? [PRIVILEGES!] : []);
}

/** What an engine gave as its reason, whichever error was made of that. */
function saidBy(error: unknown): string {
  for (let one = error; one instanceof Error; one = one.cause) {
    if (one instanceof EngineError) return one.code === 'engine-error' ? one.what : '';
  }
  return '';
}
