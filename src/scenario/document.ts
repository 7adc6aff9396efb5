import { isUtf8 } from 'node:buffer';
import { constants, type Stats } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import type { Diagnostic, Position } from '../model/diagnostic.ts';
import { printable } from '../util/printable.ts';
import { messageOf } from '../util/user-error.ts';
import { idFault } from './ids.ts';

export const DOCUMENT = 'scenario.md';
/** Ten times what a long lesson has. */
const MOST_BYTES = 1024 * 1024;
const START: Position = { line: 1, column: 1 };

/** A document's text, or why there is none: whatever stands at a path, reading it ends and takes little memory. */
export type Read = { source: string; fault?: undefined } | { source?: undefined; fault: Diagnostic };

/** A scenario's folder as it was found. */
export interface Folder {
  id: string;
  /** The document's path as messages show it. */
  file: string;
  /** Undefined where the document cannot be read, which is among the diagnostics. */
  source: string | undefined;
  /** Names of what is in it, folders with a `/` at the end. */
  files: string[];
  diagnostics: Diagnostic[];
}

/** Reads a scenario's folder, the same way for whoever lists, proves, starts or lints it. Never rejects. */
export async function readFolder(directory: string): Promise<Folder> {
  const { id, file } = naming(directory);
  const [{ source, fault }, entries] = await Promise.all([
    readDocument(join(directory, DOCUMENT), file),
    readdir(directory, { withFileTypes: true }).catch(() => []),
  ]);
  const diagnostics = fault ? [fault] : [];
  const wrong = idFault(id);
  if (wrong) diagnostics.push({ file, ...START, rule: 'scenario-id', message: wrong });
  const files = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
  if (files.includes('files/')) {
    const message = 'This version brings no files into a lab. Make them in a setup block, and remove files/.';
    diagnostics.push({ file, ...START, rule: 'files', message });
  }
  return { id, file, source, files, diagnostics };
}

/** A scenario's id, and its document's path as messages show it: relative where it is below the working directory. */
export function naming(directory: string): { id: string; file: string } {
  const path = resolve(directory, DOCUMENT);
  const near = relative(process.cwd(), path);
  return { id: basename(resolve(directory)), file: printable(near.startsWith('..') ? path : near) };
}

export const missingDocument = (file: string): Diagnostic => ({
  file,
  ...START,
  rule: 'missing-document',
  message: `There is no such document. A scenario is a folder with a ${DOCUMENT} in it.`,
});

/** `file` is the path as messages show it. Never rejects. */
export async function readDocument(path: string, file: string): Promise<Read> {
  const fault = (message: string, at = START): Read => ({
    fault: { file, ...at, rule: 'unreadable-document', message },
  });
  let bytes: Buffer;
  try {
    bytes = await readRegularFile(path);
  } catch (error) {
    return { fault: unreadable(file, error) };
  }
  if (bytes.length > MOST_BYTES) {
    return fault(`The document has more than ${MOST_BYTES / 1024 ** 2} MB. Make several scenarios of it.`);
  }
  if (!isUtf8(bytes)) return fault('The document must be UTF-8, and is not so from here on.', firstNotUtf8(bytes));
  return { source: bytes.toString() };
}

/** The fault that an error of reading is. */
export function unreadable(file: string, error: unknown): Diagnostic {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return missingDocument(file);
  const message = `This cannot be read: ${REASONS[code] ?? printable(messageOf(error))}`;
  return { file, ...START, rule: 'unreadable-document', message };
}

const REASONS: Partial<Record<string, string>> = {
  EACCES: 'you may not read it. Change its permissions.',
  EPERM: 'you may not read it. Change its permissions.',
  ENAMETOOLONG: 'its name is too long. Give it a shorter one.',
  ELOOP: 'it is a link that leads back to itself. Put a file there.',
  ENXIO: 'it is no regular file. Put a file there.',
};

/** Up to one byte more than a document may have. What is no file may never end, or do something when it is opened. */
async function readRegularFile(path: string): Promise<Buffer> {
  mustBeFile(await stat(path));
  // It may have become something else meanwhile: a pipe that nobody writes to must not keep us.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    mustBeFile(await handle.stat());
    const pieces: Buffer[] = [];
    for await (const piece of handle.createReadStream({ end: MOST_BYTES, autoClose: false })) pieces.push(piece);
    return Buffer.concat(pieces);
  } finally {
    await handle.close();
  }
}

function mustBeFile(stats: Stats): void {
  if (stats.isFile()) return;
  const what = stats.isDirectory() ? 'a folder' : stats.isFIFO() ? 'a pipe' : 'no regular file';
  throw new Error(`it is ${what}. Put a file there.`);
}

function firstNotUtf8(bytes: Buffer): Position {
  let from = 0;
  const lines = bytes.toString('latin1').split(/(?<=\r\n|\n|\r(?!\n))/);
  for (const [index, { length }] of lines.entries()) {
    const line = bytes.subarray(from, from + length);
    if (!isUtf8(line)) {
      const mended = Buffer.from(line.toString());
      const same = line.findIndex((byte, i) => byte !== mended[i]);
      const before = new TextDecoder().decode(line.subarray(0, same), { stream: true });
      return { line: index + 1, column: before.length + 1 };
    }
    from += length;
  }
  return START;
}
