import { spawnSync } from 'node:child_process';

const required = (process.env.WALDOJO_REQUIRE ?? '').split(/[\s,]+/);

/** Of `WALDOJO_REQUIRE=docker,local`: these must work, whereas others are left out, with their reason, where they do not. */
export const isRequired = (runtime: string): boolean => required.includes(runtime);

/** What follows the name of a test that is left out, for this reason; nothing where there is none. */
export const leftOut = (why: string | undefined): string => (why === undefined ? '' : ` (left out: ${why})`);

/** Why tests that need a program are left out, if they are: a bare machine need not have it. */
export const whyNotWithout = (program: string): string | undefined =>
  spawnSync(program, ['--version']).error ? `there is no ${program} here` : undefined;
