import { readFileSync } from 'node:fs';

/**
 * Names a process for as long as it lives: a pid alone is used again, so its start time (clock ticks since boot, field 22
 * of /proc/pid/stat) is part of it.
 */
export function ownerOf(pid: number = process.pid): string {
  return `${pid}:${startTime(pid) ?? 0}`;
}

export function ownerIsAlive(owner: string): boolean {
  const [pid = 0, start = 0] = owner.split(':').map(Number);
  // To the system 0 and negative numbers are groups of processes.
  if (!(pid > 0)) return false;
  const started = startTime(pid);
  if (started !== undefined) return started === start;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function startTime(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has died, though its parent has not noticed yet.
    return fields[0] === 'Z' ? -1 : Number(fields[19]);
  } catch {
    return undefined;
  }
}
