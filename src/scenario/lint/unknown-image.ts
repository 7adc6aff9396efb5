import { suggest } from '../nearest.ts';
import type { Rule } from './rule.ts';

export const unknownImage: Rule = ({ scenario: { lab }, images }) =>
  images.includes(lab.image)
    ? []
    : [{ line: 1, message: `There is no lab image "${lab.image}". ${suggest(lab.image, images)}` }];
