import { describe, expect, it } from 'vitest';
import type { CheckContext } from '../../../src/check/context.ts';
import { ran } from '../../../src/check/ran.ts';
import type { RanAssertion } from '../../../src/model/check.ts';

/** Whether the assertion holds after these commands, each with its exit status. */
async function holds(assertion: Omit<RanAssertion, 'kind'>, ...typed: [string, string][]) {
  const commands = typed.map(([command, status]) => ({ command, status, terminal: 'shell' }));
  return (await ran({ kind: 'ran', ...assertion }, { commands } as unknown as CheckContext)).holds;
}

describe('ran', () => {
  const wrong: [string, string] = ['psql -d bakery -f bakery.sql', '2'];
  const right: [string, string] = ['psql -d postgres -f bakery.sql', '0'];

  it('takes any command of the step', async () => {
    expect(await holds({ pattern: '-d bakery' }, wrong, right)).toBe(true);
    expect(await holds({ pattern: '-d bakery', exit: '0' }, wrong, right)).toBe(false);
  });

  it('with last, takes the newest of its kind only: what was typed before is over', async () => {
    const assertion = { pattern: '-d bakery', last: '\\bpsql\\b' };
    expect(await holds(assertion, wrong)).toBe(true);
    expect(await holds(assertion, wrong, ['ls', '0'])).toBe(true);
    expect(await holds(assertion, wrong, right)).toBe(false);
    expect(await holds(assertion, ['ls', '0'])).toBe(false);
  });
});
