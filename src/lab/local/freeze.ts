import { once } from 'node:events';
import { UserError } from '../../util/user-error.ts';
import { enter } from './enter.ts';

/**
 * In the lab, as its root: stops all other processes, waits for its standard input to close and continues them. What was
 * stopped before, as a suspended job is, stays so. A shell that finds its foreground job stopped would take it for
 * suspended, and the prompt would be back in front of it: so each parent stands still before its children are stopped, and
 * they go on before it does. (A parent's number is lower, but where numbers have wrapped around.)
 */
const FREEZE = `cd /proc
shopt -s extglob
# Stopped, or gone.
still() {
  local stat=
  { read -r -d '' stat <$1/stat; } 2>/dev/null
  [[ -z $stat || \${stat##*) } == [tTZX]* ]]
}
stopped=()
for found in 1 2 3 4 5; do
  found=
  numbers=()
  for process in +([0-9]); do numbers[process]=$process; done
  for process in "\${numbers[@]}"; do
    ((process == 1 || process == $$)) || still $process && continue
    kill -STOP $process 2>/dev/null || continue
    found=1
    stopped=($process "\${stopped[@]}")
    for try in {1..2000}; do still $process && break; done
  done
  # Until nothing was started meanwhile.
  [[ $found ]] || break
done
echo frozen
read -r _
kill -CONT "\${stopped[@]}" 2>/dev/null
:`;

/** Does some work while every process of the lab but its first is stopped. They go on however that ends. */
export async function whileFrozen<T>(pid: number, work: () => Promise<T>): Promise<T> {
  const freezer = enter(pid, ['bash', '-c', FREEZE]);
  const ended = once(freezer, 'close');
  try {
    const answer = await Promise.race([once(freezer.stdout, 'data'), ended.then(() => undefined)]);
    if (!answer) throw new UserError('lab-not-frozen', 'The lab could not be held still for a snapshot of it.');
    return await work();
  } finally {
    freezer.stdin.end();
    await ended;
  }
}
