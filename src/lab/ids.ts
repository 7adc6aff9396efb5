import { randomBytes } from 'node:crypto';

export { ownerIsAlive, ownerOf } from '../util/owner.ts';

/**
 * A new lab id, short enough to type: `dump-and-restore-7f3a`. It becomes part of names of files and containers, whatever the
 * folder of a scenario is called.
 */
export function newLabId(scenario: string): string {
  const word = scenario
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
    .slice(0, 60);
  return `${word || 'lab'}-${randomBytes(3).toString('hex')}`;
}
