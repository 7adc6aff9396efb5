import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type Docker from 'dockerode';
import { excerpt } from '../../util/excerpt.ts';
import type { UserError } from '../../util/user-error.ts';
import type { Probe } from '../lab.ts';
import { DEFAULT_SOCKET, dial, type Endpoint, findEndpoint } from './endpoint.ts';
import { EngineError, isDenied } from './errors.ts';
import { guard, LIMITS, type Limits } from './transport.ts';

/** A client of the engine; nothing is sent yet. dockerode takes a fifth of a second to load, so it is loaded on first use. */
export async function connectEngine(endpoint: Endpoint = findEndpoint(), limits: Limits = LIMITS): Promise<Docker> {
  const { default: Engine } = await import('dockerode');
  // Its own ideas of where the engine is are not used: given a socket, it looks no further.
  const engine = new Engine({ socketPath: '/' });
  return guard(engine, { address: excerpt(endpoint.address), connect: () => dial(endpoint) }, limits);
}

/**
 * Asks the engine for its version, and what every command asks: one that answers the first alone is of no use. Ends within
 * `limits.probe`, whatever the engine does.
 */
export async function probeEngine(signal?: AbortSignal, limits: Limits = LIMITS): Promise<Probe> {
  let endpoint: Endpoint | undefined;
  try {
    endpoint = findEndpoint();
    const docker = await connectEngine(endpoint, { ...limits, answer: limits.probe });
    const unless = signal ? { abortSignal: signal } : {};
    const [version] = await Promise.all([
      versionOf(docker, signal),
      docker.listContainers({ limit: 1, filters: { label: ['waldojo.lab'] }, ...unless }),
      docker.listImages({ filters: { reference: ['waldojo/postgres'] }, ...unless }),
    ]);
    return { ok: true, version: `${isPodman(version) ? 'Podman' : 'Docker'} ${excerpt(version.Version, 40)}` };
  } catch (error) {
    signal?.throwIfAborted();
    return { ok: false, ...diagnose(error, endpoint) };
  }
}

/** Its types do not know that this call can be aborted. */
export const versionOf = (docker: Docker, abortSignal?: AbortSignal): Promise<Docker.DockerVersion> =>
  (docker as unknown as { version(options: object): Promise<Docker.DockerVersion> }).version({ abortSignal });

export const isPodman = ({ Components }: Docker.DockerVersion): boolean =>
  Components?.some(({ Name }) => Name.includes('Podman')) ?? false;

function diagnose(error: unknown, endpoint: Endpoint | undefined): Omit<Probe & { ok: false }, 'ok'> {
  const where = endpoint?.address ?? DEFAULT_SOCKET;
  if (isDenied(error)) {
    return {
      reason: `You may not use the Docker engine at ${where}.`,
      remedy: 'sudo usermod -aG docker "$USER", then log in again',
    };
  }
  if (!(error instanceof EngineError) || error.code !== 'engine-gone') {
    // Something is there that should work: whoever works without it wants to know.
    const { message, hint } = error as UserError;
    return { reason: message, remedy: hint ?? 'waldojo doctor', sick: endpoint !== undefined };
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
  return { reason: `The Docker engine is not running (${where}).`, remedy: 'sudo systemctl start docker' };
}

function isInstalled(): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.some((folder) => existsSync(join(folder, 'docker')) || existsSync(join(folder, 'dockerd')));
}
