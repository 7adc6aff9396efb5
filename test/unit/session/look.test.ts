import { expect, it } from 'vitest';
import { OneAtATime } from '../../../src/session/look.ts';

it('is done once more for who asked in the middle, and once for all of them', async () => {
  let count = 0;
  const gates: (() => void)[] = [];
  const look = new OneAtATime(async () => {
    count += 1;
    await new Promise<void>((resolve) => gates.push(resolve));
    return count;
  });
  const first = look.run();
  await Promise.resolve().then(() => {});
  const [second, third] = [look.run(), look.run()];
  gates[0]!();
  await new Promise(setImmediate);
  gates[1]!();
  expect(await Promise.all([first, second, third])).toEqual([2, 2, 2]);
  expect(count).toBe(2);
});

it('can be asked again after a failure', async () => {
  let fails = true;
  const look = new OneAtATime(async () => {
    if (fails) throw new Error('no');
    return 'yes';
  });
  await expect(look.run()).rejects.toThrow('no');
  fails = false;
  expect(await look.run()).toBe('yes');
});
