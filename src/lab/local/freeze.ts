import { once } from 'node:events';
import { UserError } from '../../util/user-error.ts';
import { enter } from './enter.ts';

/**
 * In the lab, as its root: stops all other processes, waits for its standard input to close and continues them, children
 * before their parents: a shell whose foreground job is found stopped would take it for suspended. What was stopped before,
 * as a suspended job is, stays so.
 */
const FREEZE = `cd /proc
stopped=' '
for process in [0-9]*; do
  { read -r -d '' stat <$process/stat; } 2>/dev/null
  stat=\${stat##*) }
  [[ $stat != [tT]* ]] || stopped+="$process "
done
kill -STOP -1
echo frozen
read -r _
numbers=()
for process in [0-9]*; do
  [[ $stopped == *" $process "* ]] || numbers[process]=$process
done
order=()
for process in "\${numbers[@]}"; do order=("$process" "\${order[@]}"); done
kill -CONT "\${order[@]}" 2>/dev/null
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
