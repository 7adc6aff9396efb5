import type { Probe } from '../lab.ts';
export async function probeLocal(): Promise<Probe> {
  return { ok: true, version: 'util-linux' };
}
