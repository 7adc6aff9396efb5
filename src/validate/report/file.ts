import { mkdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { EXIT, messageOf, UserError } from '../../util/user-error.ts';
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
    await makeDirectory(dirname(resolve(file)));
    const path = await realpath(file).catch(() => resolve(file));
    const present = await stat(file).catch(() => undefined);
    if (present?.isDirectory()) throw new Error('it is a directory');
    // A device or a pipe, such as /dev/stderr, is written to; a file is replaced.
    const replaced = !present || present.isFile();
    const draft = `${path}.${process.pid}.part`;
    if (replaced) {
      await writeFile(draft, '');
      await rm(draft);
    }
    return {
      path,
      write: (text) => void chunks.push(text),
      save: async () => {
        try {
          await writeFile(replaced ? draft : file, chunks.join(''));
          if (replaced) await rename(draft, path);
        } catch (error) {
          if (replaced) await rm(draft, { force: true });
          throw unwritable(file, error);
        }
      },
    };
  } catch (error) {
    throw unwritable(file, error);
  }
}

/** Not by the option `recursive`, with which Node.js tries for ever where a directory takes no other, as /proc. */
async function makeDirectory(path: string): Promise<void> {
  const attempt = () =>
    mkdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  await attempt().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    await makeDirectory(dirname(path));
    await attempt();
  });
}

function unwritable(file: string, error: unknown): UserError {
  // Without the call and the path that the system names: the draft's would only confuse.
  const reason = messageOf(error).replace(/, \w+ '.*/s, '');
  return new UserError('report-file', `The report ${file} cannot be written: ${reason}.`, {
    hint: 'Name a file in a directory that you can write to.',
    exit: EXIT.environment,
    cause: error,
  });
}
