import type { CheckContext } from './context.ts';

/**
 * Runs a bash script as root, with `args` as `$1` and on, and returns what it printed. One script looks at everything that an
 * assertion needs: starting it is what costs. A script that fails is a check that could not be made.
 */
export async function look(
  { lab, signal }: Pick<CheckContext, 'lab' | 'signal'>,
  script: string,
  args: string[],
  timeout = 20_000,
): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.exec(['bash', '-c', script, 'check', ...args], {
    env: { LC_ALL: 'C.UTF-8' },
    cwd: '/',
    timeout,
    signal,
  });
  if (exitCode !== 0)
    throw new Error(`The lab could not be looked into: ${stderr.trim() || `exit status ${exitCode}`}`);
  return stdout;
}

/**
 * For such scripts: `members FILE` lists a tar archive and `extract FILE DIRECTORY` unpacks it, compressed or not; both fail on
 * a damaged one. The compression is told by the first bytes, since tar knows no lz4 and says little about what it lacks.
 */
export const TAR = `
set -o pipefail
choose() {
  case $(head -c 4 -- "$1" | od -An -tx1) in
    *'1f 8b'*) unpack=(gzip -dc) ;;
    *'28 b5 2f fd'*) unpack=(zstd -dc) ;;
    *'04 22 4d 18'*) unpack=(lz4 -dc) ;;
    *) unpack=(cat) ;;
  esac
  command -v "\${unpack[0]}" >/dev/null || { echo "\${unpack[0]} is not installed in it." >&2; exit 1; }
}
members() { "\${unpack[@]}" <"$1" 2>/dev/null | tar -t 2>/dev/null; }
extract() { "\${unpack[@]}" <"$1" 2>/dev/null | tar -x -C "$2" 2>/dev/null; }
`;
