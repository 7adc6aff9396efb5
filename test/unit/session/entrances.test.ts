import { describe, expect, it } from 'vitest';
import { Entrances } from '../../../src/session/entrances.ts';

describe('entering steps', () => {
  it('does each setup once and one at a time, however one goes back and forth', async () => {
    const done: string[] = [];
    const gates = new Map<number, () => void>();
    const entrances = new Entrances(async (step) => {
      done.push(`begin ${step}`);
      await new Promise<void>((resolve) => gates.set(step, resolve));
      done.push(`end ${step}`);
    });
    const moves = [1, 0, 1, 2, 1].map((step) => entrances.enter(step));
    const turn = () => new Promise(setImmediate);
    for (const step of [1, 0, 2]) {
      await turn();
      gates.get(step)!();
    }
    await Promise.all(moves);
    expect(done).toEqual(['begin 1', 'end 1', 'begin 0', 'end 0', 'begin 2', 'end 2']);
    await entrances.settled(1);
  });

  it('tries again after a failure, and is not held up by it', async () => {
    let fail = true;
    const entrances = new Entrances(async () => {
      if (fail) throw new Error('setup');
    });
    const first = entrances.enter(1);
    await expect(entrances.settled(1)).rejects.toThrow('setup');
    await expect(first).rejects.toThrow('setup');
    fail = false;
    await entrances.enter(1);
    await entrances.enter(2);
  });
});
