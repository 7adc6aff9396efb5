import { describe, expect, it } from 'vitest';
import { RUNTIMES } from '../../../src/lab/lab.ts';
import { MAJORS } from '../../../src/model/topology.ts';
import type { Case } from '../../../src/validate/proof.ts';
import { inShard } from '../../../src/validate/shard.ts';

/** A generator of numbers below `limit` that are the same on every run. */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

function casesOf(scenario: string, majors: number, runtimes: number): Case[] {
  return MAJORS.slice(0, majors).flatMap((major) =>
    RUNTIMES.slice(0, runtimes).map((runtime) => ({
      ...{ scenario, title: scenario, directory: `/${scenario}`, file: 'scenario.md', major, runtime },
    })),
  );
}

/** A plan of up to forty scenarios, by their ids. */
function randomPlan(below: (limit: number) => number): Map<string, Case[]> {
  const ids = Array.from({ length: 1 + below(40) }, () => `lesson-${below(1e9)}`);
  return new Map(ids.map((id) => [id, casesOf(id, 1 + below(4), 1 + below(2))]));
}

const shards = (cases: Case[], count: number): Case[][] =>
  Array.from({ length: count }, (_, i) => inShard(cases, { index: i + 1, count }));

describe('over many random plans', () => {
  const below = numbers(1);
  const plans = Array.from({ length: 300 }, () => ({
    plan: randomPlan(below),
    count: 1 + below(9),
    extra: below(1e9),
  }));

  it('all shards together are exactly the plan, each in its order', () => {
    for (const { plan, count } of plans) {
      const cases = [...plan.values()].flat();
      const parts = shards(cases, count);
      expect(parts.flat().length).toBe(cases.length);
      for (const part of parts) expect(part).toEqual(cases.filter((testCase) => part.includes(testCase)));
      expect(new Set(parts.flat())).toEqual(new Set(cases));
    }
  });

  it('a scenario that is added anywhere moves no other, nor does one that is removed', () => {
    for (const { plan, count, extra } of plans) {
      const before = [...plan.values()];
      const at = extra % (before.length + 1);
      const added = casesOf(`added-${extra}`, 4, 2);
      const after = before.toSpliced(at, 0, added).flat();
      expect(shards(after, count).map((part) => part.filter((testCase) => !added.includes(testCase)))).toEqual(
        shards(before.flat(), count),
      );
    }
  });

  it('the cases of one scenario are spread as evenly as they can be', () => {
    for (const { plan, count } of plans) {
      for (const cases of plan.values()) {
        const sizes = shards(cases, count).map((part) => part.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }
    }
  });
});

it('spreads scenarios with one case each over all shards', () => {
  const cases = Array.from({ length: 400 }, (_, i) => casesOf(`lesson-${i}`, 1, 1)).flat();
  for (const part of shards(cases, 4)) expect(part.length).toBeGreaterThan(70);
});
