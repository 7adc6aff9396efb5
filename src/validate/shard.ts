import { createHash } from 'node:crypto';
import type { Case } from './proof.ts';

/** One of `count` parts of a plan. */
export interface Shard {
  /** From 1. */
  index: number;
  count: number;
}

/**
 * The cases of one shard. Which one a case belongs to depends on its own scenario alone, so another that is added or
 * removed moves none; the cases of one scenario are dealt out in turn, so that its majors and runtimes spread evenly.
 */
export function inShard(cases: Case[], { index, count }: Shard): Case[] {
  const dealt = new Map<string, number>();
  return cases.filter(({ scenario, directory }) => {
    const next = dealt.get(directory) ?? hash(scenario);
    dealt.set(directory, next + 1);
    return next % count === index - 1;
  });
}

const hash = (id: string): number => createHash('sha256').update(id).digest().readUInt32BE();
