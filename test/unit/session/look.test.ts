import { expect, it } from 'vitest';
import { OneAtATime } from '../../../src/session/look.ts';

/** Work that ends when it is told to, with its number. */
function useWork() {
  const begun: { end(): void; signal: AbortSignal }[] = [];
  const look = new OneAtATime(async (signal) => {
    const number = begun.length + 1;
    await new Promise<void>((end, reject) => {
      begun.push({ end, signal });
      signal.addEventListener('abort', () => reject(signal.reason));
    });
    return number;
  });
  const settled = () => new Promise(setImmediate);
  return { look, begun, settled };
}

it('is done once more for who asked in the middle, and once for all of them', async () => {
  const { look, begun, settled } = useWork();
  const first = look.run();
  await settled();
  const [second, third] = [look.run(), look.run()];
  begun[0]!.end();
  await settled();
  begun[1]!.end();
  expect(await Promise.all([first, second, third])).toEqual([1, 2, 2]);
  expect(begun).toHaveLength(2);
});

it('answers although somebody always asks again before it has ended', async () => {
  const { look, begun, settled } = useWork();
  let answer = look.run();
  for (let round = 1; round <= 5; round++) {
    await settled();
    const later = look.run();
    begun.at(-1)!.end();
    expect(await answer).toBe(round);
    answer = later;
  }
});

it('is broken off, and begun anew, for who waits, when it is done for nobody', async () => {
  const { look, begun, settled } = useWork();
  const glance = look.glance();
  await settled();
  const awaited = look.run();
  await expect(glance).rejects.toThrow('Asked anew');
  await settled();
  const later = look.glance();
  expect(begun.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  begun[1]!.end();
  expect(await awaited).toBe(2);
  await settled();
  begun[2]!.end();
  expect(await later).toBe(3);
  expect(look.busy).toBe(false);
});

it('can be asked again after a failure, and is idle after all that was asked', async () => {
  let fails = true;
  const done: string[] = [];
  const look = new OneAtATime(async () => {
    if (fails) throw new Error('no');
    done.push('yes');
    return 'yes';
  });
  await expect(look.run()).rejects.toThrow('no');
  fails = false;
  const asked = [look.run(), look.run()];
  await look.idle();
  expect(done).toEqual(['yes', 'yes']);
  expect(await Promise.all(asked)).toEqual(['yes', 'yes']);
});
