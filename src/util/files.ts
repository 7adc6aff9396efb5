import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import {
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ownerIsAlive, ownerOf } from './owner.ts';
import { EXIT, messageOf, UserError } from './user-error.ts';

/*
 * How files are read and written that somebody else may have had a hand in: whoever may write to a folder can put a link, a
 * pipe or a file without an end where we expect one of ours.
 */

const me = (): number => process.geteuid?.() ?? 0;

/** What the system says of an error, without the call and the path that it names: those may be of a temporary file. */
export const reasonOf = (error: unknown): string => messageOf(error).replace(/, \w+ '.*/s, '');

/** What stands in the place of a file, if it is none, as the end of a sentence: `it is a directory`. */
function otherThanFile(found: Stats): string | undefined {
  if (found.isFile()) return undefined;
  if (found.isDirectory()) return 'it is a directory';
  if (found.isSymbolicLink()) return 'it is a symbolic link';
  if (found.isFIFO()) return 'it is a pipe';
  return found.isSocket() ? 'it is a socket' : 'it is a device';
}

interface ReadOptions {
  /** Bytes; a larger file is an error. */
  limit: number;
  /** Whether a symbolic link may lead to it. */
  follow?: boolean;
}

/** Reads a regular file. Neither waits at a pipe nor reads without an end; throws an Error that says what stands there. */
export async function readBounded(path: string, { limit, follow = false }: ReadOptions): Promise<Buffer> {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | (follow ? 0 : constants.O_NOFOLLOW);
  const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    // Node has no better word for it, nor for a socket.
    const other = error.code === 'ELOOP' ? 'it is a symbolic link' : error.code === 'ENXIO' ? 'it is a socket' : '';
    throw other ? new Error(other, { cause: error }) : error;
  });
  try {
    const other = otherThanFile(await file.stat());
    if (other) throw new Error(other);
    // One byte more than is allowed tells that there is more. Its size says nothing of a file that grows, or of one in /proc.
    const chunks: Buffer[] = [];
    let left = limit + 1;
    while (left > 0) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(left, 1 << 16)));
      if (bytesRead === 0) return Buffer.concat(chunks);
      chunks.push(buffer.subarray(0, bytesRead));
      left -= bytesRead;
    }
    throw new Error(`it is larger than ${Math.round(limit / 1e6)} MB`);
  } finally {
    await file.close();
  }
}

interface WriteOptions {
  /** Permissions; what the umask leaves of read and write, by default. */
  mode?: number;
  /** To whom it is given, where root writes it. */
  owner?: { uid: number; gid: number };
  /** False: it may be lost or empty after a power cut. */
  sync?: boolean;
  /** Called when all has been written and nothing is in place yet: what it throws leaves everything as it was. */
  ready?: () => Promise<void>;
}

/** Makes a file that is not there yet, with all its content in the same moment; an error with the code `EEXIST` where it is. */
export async function createWhole(path: string, content: string): Promise<void> {
  const temporary = join(dirname(resolve(path)), temporaryName(basename(path)));
  await writeFile(temporary, content, { flag: 'wx', mode: 0o600 });
  try {
    await link(temporary, path);
  } catch (error) {
    // A file system without hard links.
    if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await writeFile(path, content, { flag: 'wx', mode: 0o600 });
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Writes a file whole or not at all: a full disk, a power cut or a `kill -9` leave what was there before. The directory may be
 * one that others write to: nothing that stands there already is opened, and a link in the file's place is replaced.
 */
export async function writeWhole(
  path: string,
  content: string | ((file: FileHandle) => Promise<void>),
  { mode, owner, sync = true, ready }: WriteOptions = {},
): Promise<void> {
  const directory = dirname(resolve(path));
  await sweepTemporaries(directory);
  const temporary = join(directory, temporaryName(basename(path)));
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await open(temporary, flags, mode === undefined ? 0o666 : 0o600);
  try {
    try {
      await (typeof content === 'string' ? file.writeFile(content) : content(file));
      if (owner && me() === 0) await file.chown(owner.uid, owner.gid);
      if (mode !== undefined) await file.chmod(mode & 0o777);
      if (sync) await file.sync();
    } finally {
      await file.close();
    }
    await ready?.();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  if (sync) await syncDirectory(directory);
}

/** So that a file's new name outlives a power cut. Some file systems cannot, and then there is no more to be done. */
async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
    await directory.sync().finally(() => directory.close());
  } catch {}
}

/**
 * The file that a path leads to, to be replaced. A link that somebody else made is followed to a file of theirs only: else it
 * leads to what they want us to overwrite. Throws an Error where it is no file.
 */
export async function fileBehind(path: string): Promise<{ path: string; stats: Stats }> {
  const makers = new Set<number>();
  let at = resolve(path);
  for (let links = 0; links < MOST_LINKS; links++) {
    const stats = await lstat(at);
    if (!stats.isSymbolicLink()) {
      const other = otherThanFile(stats);
      if (other) throw new Error(other);
      const trusted = [...makers].every((maker) => [0, me(), stats.uid].includes(maker));
      if (!trusted) throw new Error('it is a symbolic link that another user made');
      return { path: at, stats };
    }
    makers.add(stats.uid);
    at = resolve(await realpath(dirname(at)), await readlink(at));
  }
  throw new Error('its symbolic links lead in a circle');
}

/** As many as the system follows. */
const MOST_LINKS = 40;

const TEMPORARY = /^\..*\.(\d+)-(\d+)\.[0-9a-f]{16}\.part$/s;

/** A name that nobody can guess, and that says whose it is: what it names is of no use once that program has ended. */
export function temporaryName(name: string): string {
  return `.${name.slice(0, 40)}.${ownerOf().replace(':', '-')}.${randomBytes(8).toString('hex')}.part`;
}

/** Removes our temporary files in a directory, of programs that were killed. */
export async function sweepTemporaries(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    const [, pid, start] = TEMPORARY.exec(name) ?? [];
    if (pid === undefined || ownerIsAlive(`${pid}:${start}`)) continue;
    const path = join(directory, name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isFile() && found.uid === me()) await rm(path, { force: true }).catch(() => {});
  }
}

/** Makes a directory and those above it. Not by the option `recursive`, with which Node.js tries for ever in /proc. */
export async function makeDirectories(path: string, mode = 0o777): Promise<void> {
  const attempt = () =>
    mkdir(path, { mode }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  await attempt().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDirectories(dirname(path), mode);
    await attempt();
  });
}

/** Of a directory's mode: others may add to it, and not change what is there. */
const STICKY = 0o1000;

/**
 * Sees to it that a directory is there and that nobody else has a say in it: made with mode 0700, no link, of `owner` (an id;
 * ourselves by default). Throws a UserError `not-ours` that names whose it is, and whatever the system says.
 */
export async function ownDirectory(path: string, owner: number = me()): Promise<void> {
  let found = await lstat(path).catch(absent);
  if (!found) {
    // What root makes in somebody's home is in their way from then on, and they may put something else in its place.
    const above = me() === 0 ? await nearest(dirname(resolve(path))) : undefined;
    if (above && ![0, owner].includes(above.uid)) throw notOurs(path, above.path, `belongs to user ${above.uid}`);
    await makeDirectories(path, 0o700);
    found = await lstat(path);
  }
  if (!found.isDirectory()) throw notOurs(path, path, otherThanFile(found)?.replace('it ', '') ?? 'is a file');
  if (found.uid !== owner && found.uid !== me()) throw notOurs(path, path, `belongs to user ${found.uid}`);
  const others = found.gid === process.getegid?.() ? 0o002 : 0o022;
  if ((found.mode & others) === 0 || found.mode & STICKY) return;
  const directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  await directory.chmod(0o700).finally(() => directory.close());
}

const absent = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error;
};

/** The directory itself, or the first above it that there is. */
async function nearest(path: string): Promise<{ path: string; uid: number }> {
  const found = await stat(path).catch(absent);
  return found ? { path, uid: found.uid } : nearest(dirname(path));
}

function notOurs(path: string, culprit: string, why: string): UserError {
  const you = me() === 0 ? 'root' : `user ${me()}`;
  const where = culprit === path ? path : `${path} cannot be made: ${culprit}`;
  const hint =
    me() === 0 ? 'Become root with a home of its own: sudo -H, or su -.' : 'Set HOME to your own home directory.';
  return new UserError('not-ours', `${where} ${why}, and you are ${you}.`, {
    hint: `${hint} XDG_STATE_HOME and WALDOJO_DATA name other directories.`,
    exit: EXIT.environment,
  });
}
