import { lstat } from 'node:fs/promises';
import { fileBehind, readBounded, writeWhole } from '../util/files.ts';

/** Bytes; a document that a person writes has some thousands. */
const LIMIT = 10_000_000;

/** The text of a document. Rejects where what is read is not what would be written. */
export async function readText(path: string): Promise<string> {
  const bytes = await readBounded(path, { limit: LIMIT, follow: true });
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) throw new Error('it is not UTF-8');
  return text;
}

/**
 * Writes a document that says `before`, whole or not at all. Its mode and owner stay, and a symbolic link goes on pointing to
 * it. The folder may be of somebody who changes it meanwhile: what is replaced is the file that was read, or nothing.
 */
export async function replaceFile(path: string, before: string, text: string): Promise<void> {
  const { path: target, stats } = await fileBehind(path);
  if ((await readText(target)) !== before) throw new Error('it was changed meanwhile');
  const ready = async () => {
    const now = await lstat(target);
    if (now.dev !== stats.dev || now.ino !== stats.ino || now.mtimeMs !== stats.mtimeMs)
      throw new Error('it was changed meanwhile');
  };
  await writeWhole(target, text, { mode: stats.mode, owner: stats, ready });
}
