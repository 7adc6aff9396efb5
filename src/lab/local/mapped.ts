import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { addAbortListener, once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { Duplex, Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { EXIT, UserError } from '../../util/user-error.ts';
import { type Extent, findMapping, isRoot, type Mapping } from './mapping.ts';

/** Of the machine's tools and the lab's alike; nothing else of the program's environment gets into a lab. */
export const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A shell for a script. Without `--norc` it reads ~/.bashrc where its standard input is a socket, as Node's are. */
export const BASH = ['bash', '--norc', '-c'];

const KEYCTL = process.arch === 'arm64' ? 219 : 250;
/**
 * Before a command: leaves the keyring of the person's session, whose keys (of Kerberos, of file systems) a lab could read
 * otherwise, namespaces or not. Where the kernel has no keyrings, or does not let them be used, there is none to leave.
 */
export const WITHOUT_KEYS = [
  'perl',
  '-e',
  `syscall(${KEYCTL}, 1, 0) >= 0 or $! == 1 or $! == 38 or die "keyctl: $!\\n"; exec {$ARGV[0]} @ARGV; exit 127`,
];

export interface MappedChild extends ChildProcess {
  pid: number;
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
}

// The new namespace has no users until they are mapped from outside; meanwhile the shell keeps its capabilities. Then it
// becomes the namespace's root, whose next program has all capabilities there and none elsewhere.
const ENTER = `echo >&3; read -r _ <&3; exec 3>&-
exec setpriv --reuid=0 --regid=0 --clear-groups --inh-caps=-all -- "$@"`;

/**
 * Starts a program as the root of a new user namespace, in a session of its own. Paths should be relative to `cwd`: this
 * root may not be allowed into the directories above it.
 */
export async function spawnMapped(argv: string[], cwd: string): Promise<MappedChild> {
  const mapping = await findMapping();
  if (!mapping)
    throw new UserError('no-subordinate-ids', 'You have no subordinate ids.', {
      hint: 'waldojo doctor',
      exit: EXIT.environment,
    });
  const [file, ...args] = [...WITHOUT_KEYS, 'unshare', '--user', '--keep-caps', '--', 'sh', '-c', ENTER, 'sh', ...argv];
  const child = spawn(file!, args, {
    cwd,
    detached: true,
    env: { PATH, LANG: 'C.UTF-8' },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  }) as MappedChild;
  child.stdin.on('error', () => {});
  const gate = child.stdio[3] as Duplex;
  gate.on('error', () => {});
  const failed = new AbortController();
  child.once('error', (error) => failed.abort(error));
  gate.once('end', () => failed.abort(new Error('unshare failed')));
  try {
    await once(gate, 'data', { signal: failed.signal });
    await writeMaps(child.pid, mapping);
    gate.end('\n');
    return child;
  } catch (error) {
    child.kill('SIGKILL');
    const said = failed.signal.aborted && child.pid ? await text(child.stderr) : '';
    throw new UserError('no-user-namespace', `A user namespace could not be made. ${said.trim()}`.trim(), {
      hint: 'waldojo doctor tells what to do',
      exit: EXIT.environment,
      cause: failed.signal.aborted ? failed.signal.reason : error,
    });
  }
}

async function writeMaps(pid: number, { uids, gids }: Mapping): Promise<void> {
  await Promise.all([writeMap('uid', pid, uids), writeMap('gid', pid, gids)]);
}

async function writeMap(kind: 'uid' | 'gid', pid: number, extents: Extent[]): Promise<void> {
  const numbers = extents.map(({ inside, outside, count }) => [inside, outside, count].map(String));
  if (isRoot()) await writeFile(`/proc/${pid}/${kind}_map`, numbers.map((line) => line.join(' ')).join('\n'));
  else await promisify(execFile)(`new${kind}map`, [String(pid), ...numbers.flat()]);
}

interface RunOptions {
  cwd: string;
  signal?: AbortSignal | undefined;
  /** Receives standard output in place of the result. */
  output?: Writable;
  /** Becomes standard input. */
  input?: Readable;
}

/** Runs a shell script in such a namespace to its end and returns its standard output. `$1` and on are `args`. */
export async function runMapped(
  script: string,
  args: string[],
  { cwd, signal, input, output }: RunOptions,
): Promise<string> {
  signal?.throwIfAborted();
  const child = await spawnMapped(['sh', '-ec', script, 'sh', ...args], cwd);
  const stopping = signal && addAbortListener(signal, () => killGroup(child));
  if (input) input.pipe(child.stdin);
  else child.stdin.end();
  if (output) child.stdout.pipe(output);
  try {
    const [stdout, stderr, [code]] = await Promise.all([
      output ? '' : text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    signal?.throwIfAborted();
    if (code !== 0) throw commandFailed(stderr);
    return stdout;
  } finally {
    stopping?.[Symbol.dispose]();
  }
}

function commandFailed(stderr: string): UserError {
  if (/No space left on device|Disk quota exceeded/i.test(stderr)) {
    return new UserError('disk-full', 'The disk is full.', {
      hint: 'Free some space, for example with: waldojo labs rm --all',
      exit: EXIT.environment,
    });
  }
  return new UserError('lab-disk-failed', `The files of a lab could not be changed: ${stderr.trim()}`, {
    exit: EXIT.environment,
  });
}

/** Kills a process that was started in a session of its own, with what it started, at once. */
export function killGroup(child: ChildProcess): void {
  try {
    if (child.pid) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
