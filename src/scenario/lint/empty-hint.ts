import { hintsOf } from '../../model/scenario.ts';
import type { Rule } from './rule.ts';

export const emptyHint: Rule = ({ scenario }) =>
  scenario.steps
    .flatMap(hintsOf)
    .filter(({ markdown }) => !markdown.trim())
    .map(({ line }) => ({ line, message: 'This hint says nothing. Write it below the summary, or take it out.' }));
