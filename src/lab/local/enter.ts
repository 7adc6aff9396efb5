import { spawn } from 'node:child_process';
import type { TerminalOptions } from '../lab.ts';
import { BOUND, LIMITS } from './boot-script.ts';
import { BASH, type MappedChild, PATH, WITHOUT_KEYS } from './mapped.ts';

/** In the lab, as its root: becomes the user `$1`, at home (where that is gone, at the root), and the command. The lab itself says which users it has. */
const BECOME = `user=$1
shift
umask 022
${LIMITS}
while IFS=: read -r name _ _ group _ HOME _; do [[ $name != "$user" ]] || break; done </etc/passwd
[[ -n $name ]] || { echo "There is no user $user in the lab." >&2; exit 126; }
export HOME SHELL=/bin/bash LANG="\${LANG:-en_US.UTF-8}"
cd 2>/dev/null || cd /
exec setpriv ${BOUND.join(' ')} --reuid="$user" --regid="$group" --init-groups -- "$@"`;

/** In the lab, on its terminal `$1` of `$2` columns and `$3` rows, whose other end is file descriptor 3: locked when new. */
const ON_TERMINAL = `perl -e 'open my $m, "+<&=3"; my $unlocked = pack "i", 0; ioctl $m, 0x40045431, $unlocked or die "TIOCSPTLCK: $!"'
exec 0<>"/dev/pts/$1" 1>&0 2>&0 3>&-
stty cols "$2" rows "$3"
chown -- "$4" "/dev/pts/$1"
shift 3
`;

/**
 * The machine's own shell stays outside, and waits. nsenter would do that itself, but it stops whenever its child does, as
 * all do while a snapshot is taken, and would have to be continued at the right moment.
 */
const WAIT = 'nsenter "$@"; exit $?';

function enterArguments(pid: number, inside: string[]): string[] {
  const target = `--target=${pid}`;
  return [
    ...WITHOUT_KEYS.slice(1),
    'nsenter',
    // The numbers of processes first, while this is still a program of the machine: none of the lab's ever runs outside them.
    ...[target, '--user', '--pid', '--setuid=0', '--setgid=0', '--no-fork', '--', 'sh', '-c', WAIT, 'sh'],
    ...[target, '--mount', '--net', '--ipc', '--uts', '--cgroup', '--root', '--wd', '--', ...inside],
  ];
}

/** The locale is set inside: the machine may not have it. */
const environment = (user: string): Record<string, string> => ({ PATH, USER: user, LOGNAME: user });

/** Starts a command in the lab whose first process is `pid`, as its root, in a session of its own. */
export function enter(pid: number, argv: string[]): MappedChild {
  const child = spawn('perl', enterArguments(pid, [...BASH, BECOME, 'bash', 'root', ...argv]), {
    detached: true,
    env: environment('root'),
    stdio: ['pipe', 'pipe', 'pipe'],
  }) as MappedChild;
  // It may end without having read everything.
  child.stdin.on('error', () => {});
  return child;
}

/** Likewise, on a terminal of the lab: `master` is our end of it, `index` its number. */
export function enterTerminal(
  pid: number,
  argv: string[],
  { user, env, columns, rows }: TerminalOptions,
  { master, index }: { master: number; index: number },
): ReturnType<typeof spawn> {
  const values = [index, columns, rows].map(String);
  const inside = ['setsid', ...BASH, ON_TERMINAL + BECOME, 'bash', ...values, user, ...argv];
  return spawn('perl', enterArguments(pid, inside), {
    detached: true,
    env: { TERM: 'xterm-256color', ...environment(user), ...env },
    stdio: ['ignore', 'ignore', 'ignore', master],
  });
}
