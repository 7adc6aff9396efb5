import type { Rule } from './rule.ts';

/** That nothing comes of files/ has been told already. */
const BELONG = ['scenario.md', 'files/'];

export const strayFile: Rule = ({ files = [] }) =>
  files
    .filter((name) => !BELONG.includes(name))
    .map((name) => ({
      line: 1,
      file: name,
      message: `"${name}" is no part of a scenario. Remove it; what a lab needs, a setup block makes.`,
    }));
