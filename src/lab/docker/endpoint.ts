import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { connect as connectPlainly } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { connect as connectByTls } from 'node:tls';
import { excerpt } from '../../util/excerpt.ts';
import { EXIT, UserError } from '../../util/user-error.ts';

/** Where the engine is: `address` as docker writes it (`unix:///path`, `tcp://host:port`), and where that came from. */
export interface Endpoint {
  address: string;
  from: 'DOCKER_HOST' | 'context' | 'default';
  /** Directory of the certificates, for an engine that is reached by TLS. */
  tls?: string | undefined;
}

export const DEFAULT_SOCKET = 'unix:///var/run/docker.sock';
const TLS_PORT = '2376';

/** As the docker command line decides: DOCKER_HOST, then the current context, then the system's socket. */
export function findEndpoint(env: NodeJS.ProcessEnv = process.env): Endpoint {
  const directory = configDirectory(env);
  const named = env.DOCKER_HOST?.trim();
  if (named) {
    const address = addressIn(named, 'DOCKER_HOST', 'or unset DOCKER_HOST');
    const secure = env.DOCKER_TLS_VERIFY || (address.startsWith('tcp:') && new URL(address).port === TLS_PORT);
    return { address, from: 'DOCKER_HOST', tls: secure ? env.DOCKER_CERT_PATH || directory : undefined };
  }
  const context = env.DOCKER_CONTEXT || readSettings(directory).currentContext;
  if (!context || context === 'default') return { address: DEFAULT_SOCKET, from: 'default' };
  const folder = createHash('sha256').update(context).digest('hex');
  const written = readJson(join(directory, 'contexts/meta', folder, 'meta.json'))?.Endpoints?.docker?.Host;
  if (typeof written !== 'string' || !written) {
    throw new UserError('engine-context', `The Docker context "${excerpt(context)}" does not exist.`, {
      hint: 'docker context use default',
      exit: EXIT.environment,
    });
  }
  const address = addressIn(written, `The Docker context "${excerpt(context)}"`, 'or: docker context use default');
  const tls = join(directory, 'contexts/tls', folder, 'docker');
  return { address, from: 'context', tls: existsSync(tls) ? tls : undefined };
}

/** Takes the forms whose meaning is plain; throws where `written` cannot be an address, which is no engine that is down. */
function addressIn(written: string, place: string, otherwise: string): string {
  const text = written.trim();
  const path = /^(?:unix:(?:\/\/)?)?(\/[^/].*)$/.exec(text)?.[1];
  if (path) return `unix://${path}`;
  if (/^(ssh|npipe|fd):/.test(text)) {
    throw new UserError('engine-unsupported', `waldojo cannot reach a Docker engine at ${excerpt(text)}.`, {
      hint: `Forward its socket (ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock …) and set DOCKER_HOST=unix:///tmp/docker.sock`,
      exit: EXIT.environment,
    });
  }
  const [, scheme, host, port] =
    /^(tcp:\/\/|https?:\/\/)?(\[[\d.:a-f]+\]|[\w.-]+)(?::(\d{1,5}))?\/?$/i.exec(text) ?? [];
  // A word alone is more likely a slip than the name of a machine.
  if (host && (scheme || port) && Number(port ?? 1) > 0 && Number(port ?? 1) < 65_536) {
    return `tcp://${host}:${port ?? (scheme === 'https://' ? TLS_PORT : '2375')}`;
  }
  throw new UserError('engine-address', `${place} is no address of an engine: "${excerpt(text)}".`, {
    hint: `Write it as ${DEFAULT_SOCKET} or tcp://localhost:2375, ${otherwise}`,
    exit: EXIT.environment,
  });
}

/** What the docker command line keeps for a person. */
export interface Settings {
  currentContext?: string;
  /** By the engine's address, or `default`. */
  proxies?: Record<string, Record<string, unknown>>;
  Endpoints?: { docker?: { Host?: string } };
}

const configDirectory = (env: NodeJS.ProcessEnv): string => env.DOCKER_CONFIG || join(homedir(), '.docker');
export const readSettings = (directory = configDirectory(process.env)): Settings =>
  readJson(join(directory, 'config.json')) ?? {};

function readJson(path: string): Settings | undefined {
  try {
    const read: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return read !== null && typeof read === 'object' ? (read as Settings) : undefined;
  } catch {
    return undefined;
  }
}

/** Opens a connection to the engine; errors are the stream's. */
export function dial({ address, tls }: Endpoint): Duplex {
  if (address.startsWith('unix://')) return connectPlainly(address.slice('unix://'.length));
  const { hostname, port } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, '');
  const target = { host, port: Number(port) };
  if (!tls) return connectPlainly(target);
  const pem = (name: string) => (existsSync(join(tls, name)) ? readFileSync(join(tls, name)) : undefined);
  // A name of the server that is an IP address is not allowed.
  const servername = /^[\d.]+$|:/.test(host) ? '' : host;
  return connectByTls({ ...target, servername, ca: pem('ca.pem'), cert: pem('cert.pem'), key: pem('key.pem') });
}
