import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import type { Lab } from '../../../src/lab/lab.ts';
import { blamed } from '../../../src/validate/faults.ts';
import type { Finding } from '../../../src/validate/proof.ts';

const fault: Finding = { status: 'fail', rule: 'exit', line: 7, message: 'It ended otherwise.' };
const note: Finding = { status: 'note', rule: 'output', line: 8, message: 'It is going to be rewritten.' };

/** As much of a lab as is asked whether it is well: programs of this machine, started by another. */
const labThat = (start: string[], gone = new AbortController().signal): Lab =>
  ({
    gone,
    exec: async (argv: string[]) => {
      const [program, ...rest] = [...start, ...argv];
      return { exitCode: spawnSync(program!, rest).status, stdout: '', stderr: '' };
    },
  }) as unknown as Lab;

it('a lesson answers for what fails in a lab that is well', async () => {
  expect(await blamed([fault, note], labThat([]), 3)).toEqual([fault, note]);
});

it.each<[string, Lab, RegExp]>([
  ['in which sudo cannot work', labThat(['setpriv', '--no-new-privs']), /no-new-privileges/],
  ['that has died', labThat([], AbortSignal.abort(new Error('The lab has stopped.'))), /^The lab has stopped/],
])('nothing can be told of a lesson in a lab %s', async (_, lab, said) => {
  const message = expect.stringMatching(said) as string;
  expect(await blamed([fault, note], lab, 3)).toEqual([{ status: 'broken', rule: 'lab', line: 3, message }]);
  expect(await blamed([note], lab, 3)).toEqual([note]);
});
