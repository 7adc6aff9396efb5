import { readSettings, type Settings } from './endpoint.ts';

/** Name in docker's config.json, and that of the variable. */
const NAMES = [
  ['httpProxy', 'HTTP_PROXY'],
  ['httpsProxy', 'HTTPS_PROXY'],
  ['ftpProxy', 'FTP_PROXY'],
  ['allProxy', 'ALL_PROXY'],
  ['noProxy', 'NO_PROXY'],
] as const;

/** In a build, this is the build itself. */
const HERE = /^(?:[\w+.-]+:\/\/)?(?:[^@/]*@)?(?:localhost|127\.[\d.]+|\[::1\])(?:[:/]|$)/i;

/**
 * The proxies that a build needs where this machine reaches the world through them, as build arguments: those that docker's
 * own client is told to use for this engine, else those of the environment. An engine keeps these arguments out of the image.
 */
export function proxyArguments(
  address: string,
  env: NodeJS.ProcessEnv = process.env,
  { proxies }: Settings = readSettings(),
): Record<string, string> {
  const configured = proxies?.[address] ?? proxies?.default ?? {};
  const found: Record<string, string> = {};
  for (const [key, name] of NAMES) {
    const given = env[name] || env[name.toLowerCase()];
    const value = configured[key] || (given && !HERE.test(given) && given);
    if (typeof value === 'string') Object.assign(found, { [name]: value, [name.toLowerCase()]: value });
  }
  return found;
}
