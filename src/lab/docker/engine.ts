import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type Docker from 'dockerode';
import { UserError } from '../../util/user-error.ts';
import type { Probe } from '../lab.ts';
import { isConnectionError, isDenied } from './errors.ts';

/** Where the engine is: `address` as people write it, and where that came from. */
export interface Endpoint {
  address: string;
  from: 'DOCKER_HOST' | 'context' | 'default';
  /** Certificates of a context that is reached by TLS. */
  tls?: string | undefined;
}

const DEFAULT_SOCKET = 'unix:///var/run/docker.sock';

/** As the docker command line decides: DOCKER_HOST, then the current context, then the system's socket. */
export function findEndpoint(env: NodeJS.ProcessEnv = process.env): Endpoint {
  if (env.DOCKER_HOST) return { address: env.DOCKER_HOST, from: 'DOCKER_HOST' };
  const directory = env.DOCKER_CONFIG ?? join(homedir(), '.docker');
  const context = env.DOCKER_CONTEXT ?? readJson(join(directory, 'config.json'))?.currentContext;
  if (!context || context === 'default') return { address: DEFAULT_SOCKET, from: 'default' };
  const folder = createHash('sha256').update(context).digest('hex');
  const address = readJson(join(directory, 'contexts/meta', folder, 'meta.json'))?.Endpoints?.docker?.Host;
  if (!address) {
    throw new UserError('engine-context', `The Docker context "${context}" does not exist.`, {
      hint: 'docker context use default',
      exit: 3,
    });
  }
  const tls = join(directory, 'contexts/tls', folder, 'docker');
  return { address, from: 'context', tls: existsSync(tls) ? tls : undefined };
}

interface Settings {
  currentContext?: string;
  Endpoints?: { docker?: { Host?: string } };
}

function readJson(path: string): Settings | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Settings;
  } catch {
    return undefined;
  }
}

/** A client of the engine; nothing is sent yet. dockerode takes a fifth of a second to load, so it is loaded on first use. */
export async function connectEngine(endpoint: Endpoint = findEndpoint()): Promise<Docker> {
  const { address, tls } = endpoint;
  if (/^(ssh|npipe|fd):/.test(address)) {
    throw new UserError('engine-unsupported', `waldojo cannot reach a Docker engine at ${address}.`, {
      hint: `Forward its socket (ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock …) and set DOCKER_HOST=unix:///tmp/docker.sock`,
      exit: 3,
    });
  }
  const { default: Engine } = await import('dockerode');
  // dockerode reads DOCKER_HOST and the certificates that go with it by itself.
  if (endpoint.from === 'DOCKER_HOST') return new Engine();
  if (address.startsWith('unix://')) return new Engine({ socketPath: address.slice('unix://'.length) });
  const { hostname, port } = new URL(address);
  const pem = (name: string) => (tls && existsSync(join(tls, name)) ? readFileSync(join(tls, name)) : undefined);
  const certificates = { ca: pem('ca.pem'), cert: pem('cert.pem'), key: pem('key.pem') };
  return new Engine({ host: hostname, port, protocol: tls ? 'https' : 'http', ...certificates });
}

/** Asks the engine for its version. Answers within a second, whatever the engine does. */
export async function probeEngine(signal?: AbortSignal): Promise<Probe> {
  let endpoint: Endpoint | undefined;
  try {
    endpoint = findEndpoint();
    const docker = await connectEngine(endpoint);
    const limit = AbortSignal.any([AbortSignal.timeout(1000), ...(signal ? [signal] : [])]);
    const version = await versionOf(docker, limit);
    const podman = version.Components?.some(({ Name }) => Name.includes('Podman'));
    return { ok: true, version: `${podman ? 'Podman' : 'Docker'} ${version.Version}` };
  } catch (error) {
    signal?.throwIfAborted();
    return { ok: false, ...diagnose(error, endpoint) };
  }
}

/** Its types do not know that this call can be aborted. */
const versionOf = (docker: Docker, abortSignal: AbortSignal): Promise<Docker.DockerVersion> =>
  (docker as unknown as { version(options: object): Promise<Docker.DockerVersion> }).version({ abortSignal });

function diagnose(error: unknown, endpoint: Endpoint | undefined): { reason: string; remedy: string } {
  if (error instanceof UserError) return { reason: error.message, remedy: error.hint ?? 'waldojo doctor' };
  const where = endpoint?.address ?? DEFAULT_SOCKET;
  if (isDenied(error)) {
    return {
      reason: `You may not use the Docker engine at ${where}.`,
      remedy: 'sudo usermod -aG docker "$USER", then log in again',
    };
  }
  if (endpoint?.from === 'DOCKER_HOST') {
    return { reason: `No engine answers at DOCKER_HOST=${where}.`, remedy: 'Start that engine, or unset DOCKER_HOST' };
  }
  if (endpoint?.from === 'context') {
    return {
      reason: `No engine answers at ${where}, the current Docker context.`,
      remedy: 'docker context use default',
    };
  }
  if (!isInstalled()) {
    return { reason: 'Docker is not installed.', remedy: 'Install it: https://docs.docker.com/engine/install/' };
  }
  if (isConnectionError(error)) {
    return { reason: `The Docker engine is not running (${where}).`, remedy: 'sudo systemctl start docker' };
  }
  return { reason: `The Docker engine at ${where} does not answer.`, remedy: 'sudo systemctl restart docker' };
}

function isInstalled(): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.some((folder) => existsSync(join(folder, 'docker')) || existsSync(join(folder, 'dockerd')));
}
