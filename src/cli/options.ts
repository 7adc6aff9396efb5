import { InvalidArgumentError } from 'commander';
import { RUNTIMES, type RuntimeName } from '../lab/lab.ts';
import { MAJORS, type Major } from '../model/topology.ts';
import type { Shard } from '../validate/shard.ts';

export function parseMajor(text: string): Major {
  const major = MAJORS.find((known) => String(known) === text);
  if (!major) throw new InvalidArgumentError(`PostgreSQL ${MAJORS.join(', ')} can be had.`);
  return major;
}

/** `15,17` or `all`. */
export function parseMajors(text: string): Major[] {
  return text === 'all' ? [...MAJORS] : text.split(',').map(parseMajor);
}

/** `docker,local`. */
export function parseRuntimes(text: string): RuntimeName[] {
  return text.split(',').map((word) => {
    const name = RUNTIMES.find((known) => known === word);
    if (!name) throw new InvalidArgumentError(`Runtimes are ${RUNTIMES.join(' and ')}.`);
    return name;
  });
}

export function parseJobs(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It is a number from 1 on.');
  return Number(text);
}

/** `2/3`: the second of three. */
export function parseShard(text: string): Shard {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text)?.map(Number) ?? [];
  if (!index || !count || index > count) throw new InvalidArgumentError('It is 1/3, 2/3 or 3/3 for three shards.');
  return { index, count };
}

/** For an option that can be given several times, each time with several values. */
export const collect = (text: string, before: string[] = []): string[] => [...before, ...text.split(',')];
