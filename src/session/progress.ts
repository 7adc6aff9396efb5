import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod/mini';
import { RUNTIMES } from '../lab/lab.ts';
import { MAJORS } from '../model/topology.ts';
import { stateDirectory, tidy } from '../util/paths.ts';
import { messageOf, UserError } from '../util/user-error.ts';

/** What a terminal needs to be opened again as it was (`Place` in tabs.ts). */
const place = z.object({
  context: z.object({
    programs: z.array(z.string()),
    database: z.optional(z.string()),
    port: z.optional(z.number()),
  }),
  background: z.optional(z.string()),
});

const lab = z.object({
  id: z.string(),
  runtime: z.enum(RUNTIMES),
  major: z.literal(MAJORS),
  terminals: z.record(z.string(), place),
  /** Ids of the steps whose setup has been done in it. */
  entered: z.array(z.string()),
});

const entry = z.object({
  started: z.string(),
  finished: z.optional(z.string()),
  /** Id of the step the learner is at. */
  step: z.string(),
  steps: z.record(
    z.string(),
    z.object({
      completed: z.optional(z.string()),
      hints: z.number(),
      solution: z.boolean(),
      answers: z.record(z.string(), z.object({ given: z.string(), right: z.boolean() })),
      latched: z.array(z.string()),
      /** Ids of the blocks that were typed. */
      done: z.array(z.string()),
    }),
  ),
  lab: z.optional(lab),
});

const file = z.object({ version: z.literal(1), scenarios: z.record(z.string(), entry) });

export type Progress = z.infer<typeof file>;
export type ScenarioProgress = z.infer<typeof entry>;
export type LabProgress = z.infer<typeof lab>;

const path = (): string => join(stateDirectory(), 'progress.json');

/**
 * Reads what was finished. A file that cannot be understood is set aside, never overwritten, and `warning` says so.
 */
export async function readProgress(): Promise<{ progress: Progress; warning?: string }> {
  const empty: Progress = { version: 1, scenarios: {} };
  let text: string;
  try {
    text = await readFile(path(), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { progress: empty };
    throw new UserError('progress-unreadable', `Your progress cannot be read: ${messageOf(error)}.`, { cause: error });
  }
  try {
    return { progress: file.parse(JSON.parse(text)) };
  } catch {
    const aside = `${path()}.damaged-${new Date().toISOString().replaceAll(':', '')}`;
    await rename(path(), aside);
    return {
      progress: empty,
      warning: `The progress file was damaged. It was set aside as ${tidy(aside)}, and progress starts anew.`,
    };
  }
}

let queue: Promise<unknown> = Promise.resolve();

/** Reads, changes and writes the file; calls made at the same time wait for one another. */
export function updateProgress(change: (progress: Progress) => void): Promise<void> {
  const turn = queue.then(async () => {
    const { progress } = await readProgress();
    change(progress);
    await write(`${JSON.stringify(progress, null, 2)}\n`);
  });
  queue = turn.catch(() => {});
  return turn;
}

/** Whole or not at all: a full disk or a power cut leaves the file of before. */
async function write(text: string): Promise<void> {
  const temporary = `${path()}.${process.pid}`;
  try {
    await mkdir(dirname(path()), { recursive: true });
    const handle = await open(temporary, 'w', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path());
  } catch (error) {
    throw new UserError('progress-not-saved', `Your progress could not be saved: ${messageOf(error)}.`, {
      hint: `Make room for ${tidy(path())}; what was saved before is still there.`,
      cause: error,
    });
  }
}
