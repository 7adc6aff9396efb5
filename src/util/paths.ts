import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import envPaths from 'env-paths';

const xdg = envPaths('waldojo', { suffix: '' });

/** Where progress is kept: small, precious. `$XDG_STATE_HOME/waldojo`. */
export const stateDirectory = (): string => xdg.log;

/** Where images and the disks of labs are kept: large, can be made again. `$WALDOJO_DATA`, else `$XDG_DATA_HOME/waldojo`. */
export const dataDirectory = (): string => (process.env.WALDOJO_DATA ? resolve(process.env.WALDOJO_DATA) : xdg.data);

/** The project's own root, from its sources as from the bundle: both are one folder down, or two. */
export function packageFile(...path: string[]): string {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const root = here.includes('/src/') ? here.slice(0, here.lastIndexOf('/src/')) : join(here, '..');
  return join(root, ...path);
}

/** A path as a person writes it: `~` for the home directory. */
export const tidy = (path: string): string => path.replace(new RegExp(`^${homedir()}(?=/|$)`), '~');
