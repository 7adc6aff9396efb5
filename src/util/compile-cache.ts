import { existsSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * From the second start on, nothing is compiled again that is loaded after this. What is in the cache is run, so it lies
 * where nobody else can put something; where there is no such place, there is no cache, and a start takes longer.
 */
export function useCompileCache(environment: NodeJS.ProcessEnv = process.env): void {
  const directory = privateDirectory(join(environment.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'waldojo/compiled'));
  if (directory) module.enableCompileCache(directory);
}

/** This directory, made where it is not there, without links; undefined where anybody but us and root could change what is in it. */
export function privateDirectory(path: string): string | undefined {
  try {
    let there = path;
    while (!existsSync(there)) there = dirname(there);
    // Nothing is made where others would own it, such as in the home of who called sudo.
    if (!isBeyondOthers(realpathSync(there))) return undefined;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const real = realpathSync(path);
    const { uid, mode } = lstatSync(real);
    return uid === process.geteuid!() && (mode & 0o077) === 0 && isBeyondOthers(dirname(real)) ? real : undefined;
  } catch {
    return undefined;
  }
}

/** Whether neither this directory nor one above it can be changed, or put another in the place of, by others. */
function isBeyondOthers(directory: string): boolean {
  const { uid, mode } = lstatSync(directory);
  const sticky = (mode & 0o1000) !== 0;
  if (![0, process.geteuid!()].includes(uid) || ((mode & 0o022) !== 0 && !sticky)) return false;
  const above = dirname(directory);
  return above === directory || isBeyondOthers(above);
}
