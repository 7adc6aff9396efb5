import { randomBytes } from 'node:crypto';

export { ownerIsAlive, ownerOf } from '../util/owner.ts';

/** A new lab id, short enough to type: `dump-and-restore-7f3a`. */
export const newLabId = (scenario: string): string => `${scenario}-${randomBytes(3).toString('hex')}`;
