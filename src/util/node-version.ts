import packageJson from '../../package.json' with { type: 'json' };
import { UserError } from './user-error.ts';

/** Throws a UserError where this Node is older than what the program is made for. */
export function requireNode(version: string = process.versions.node): void {
  const wanted = packageJson.engines.node.replace('>=', '');
  const numbers = (text: string) => text.split('.').map(Number) as [number, number];
  const [[major, minor], [wantMajor, wantMinor]] = [numbers(version), numbers(wanted)];
  if (major > wantMajor || (major === wantMajor && minor >= wantMinor)) return;
  throw new UserError('old-node', `Node.js ${wanted} or newer is needed, this is ${version}.`, {
    hint: 'See https://nodejs.org; in a clone, npm start brings its own',
    exit: 3,
  });
}
