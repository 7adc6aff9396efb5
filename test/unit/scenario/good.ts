import { readFileSync } from 'node:fs';

/** The document that uses every feature of the format. */
export const good = readFileSync(new URL('../../fixtures/scenarios/good/scenario.md', import.meta.url), 'utf8');
