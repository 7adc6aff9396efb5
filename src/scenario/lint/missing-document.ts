import { suggest } from '../nearest.ts';
import type { Rule } from './rule.ts';

/** What a scenario asks to be done first must exist. */
export const missingDocument: Rule = ({ scenario: { after, id }, siblings }) =>
  after
    .filter((other) => siblings && (other === id || !siblings.includes(other)))
    .map((other) => ({
      line: 1,
      message:
        other === id
          ? 'The scenario names itself under "after". Take it out.'
          : `"after" names "${other}", and there is no such scenario. ${suggest(other, siblings!)}`,
    }));
