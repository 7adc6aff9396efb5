import { access, constants, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileBehind, makeDirectories, reasonOf, writeWhole } from '../../util/files.ts';
import { EXIT, UserError } from '../../util/user-error.ts';
import type { Output } from './output.ts';

interface ReportFile extends Output {
  /** Absolute, with links followed. */
  path: string;
  /** Puts all that was written in place at once: nobody ever reads half a report. */
  save(): Promise<void>;
}

/** Makes the file's directory, and makes sure that it can be written. What stands there stays until `save`. */
export async function openReportFile(file: string): Promise<ReportFile> {
  const chunks: string[] = [];
  try {
    await makeDirectories(dirname(resolve(file)));
    const path = await realpath(file).catch(() => resolve(file));
    const present = await stat(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    if (present?.isDirectory()) throw new Error('it is a directory');
    // A device or a pipe, such as /dev/stderr, is written to; a file is replaced.
    const replaced = !present || present.isFile();
    if (present?.isFile()) await fileBehind(file);
    if (replaced) await access(dirname(path), constants.W_OK);
    return {
      path,
      write: (text) => void chunks.push(text),
      save: async () => {
        try {
          if (replaced) await writeWhole(path, chunks.join(''));
          else await writeFile(file, chunks.join(''));
        } catch (error) {
          throw unwritable(file, error);
        }
      },
    };
  } catch (error) {
    throw unwritable(file, error);
  }
}

function unwritable(file: string, error: unknown): UserError {
  return new UserError('report-file', `The report ${file} cannot be written: ${reasonOf(error)}.`, {
    hint: 'Name a file in a directory that you can write to.',
    exit: EXIT.environment,
    cause: error,
  });
}
