import { afterEach, describe, expect, it, vi } from 'vitest';
import { withOwnCommand } from '../../../src/util/own-command.ts';
import { UserError } from '../../../src/util/user-error.ts';

afterEach(() => void vi.unstubAllEnvs());

describe('a command in a message', () => {
  it.each([
    ['waldojo images build --pg 17', 'npm start -- images build --pg 17'],
    [
      'Free some space, for example with: waldojo labs rm --all',
      'Free some space, for example with: npm start -- labs rm --all',
    ],
    ['waldojo start a\nwaldojo list', 'npm start -- start a\nnpm start -- list'],
    ['waldojo doctor tells what to do', 'npm start -- doctor tells what to do'],
    ['Another waldojo is using this lab.', 'Another waldojo is using this lab.'],
    ['waldojo cannot reach a Docker engine', 'waldojo cannot reach a Docker engine'],
  ])('%j is told in a clone as %j', (said, told) => {
    vi.stubEnv('WALDOJO_COMMAND', 'npm start --');
    expect(withOwnCommand(said)).toBe(told);
    expect(new UserError('x', said, { hint: said })).toMatchObject({ message: told, hint: told });
  });

  it('is left as it is where waldojo is a command', () => {
    vi.stubEnv('WALDOJO_COMMAND', undefined);
    expect(withOwnCommand('waldojo labs')).toBe('waldojo labs');
  });
});
