import type { Rule } from './rule.ts';

const BELONG = ['scenario.md', 'files/'];

export const strayFile: Rule = ({ files = [] }) =>
  files
    .filter((name) => !BELONG.includes(name))
    .map((name) => ({
      line: 1,
      file: name,
      message: `"${name}" is no part of a scenario. Move it into files/ if the lab needs it, or remove it.`,
    }));
