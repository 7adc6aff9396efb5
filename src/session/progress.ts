import { realpath, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod/mini';
import { RUNTIMES } from '../lab/lab.ts';
import { withLock } from '../lab/lock.ts';
import { MAJORS } from '../model/topology.ts';
import { ownDirectory, readBounded, reasonOf, writeWhole } from '../util/files.ts';
import { packageFile, stateDirectory, tidy } from '../util/paths.ts';
import { EXIT, UserError } from '../util/user-error.ts';

/** Of the file's format. What a version of tomorrow writes is left alone. */
const VERSION = 1;
/** Bytes; a year of lessons has some thousands. */
const LIMIT = 10_000_000;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object without a prototype: `__proto__` is a name in it like any other. */
const fresh = <T>(entries: Iterable<readonly [string, T]> = []): Record<string, T> => {
  const object: Record<string, T> = Object.create(null);
  for (const [name, value] of entries) object[name] = value;
  return object;
};

/** Values by name. Those that are not as they should be are left out where that does no harm. */
const record = <T>(schema: z.ZodMiniType<T>, lenient = false) =>
  z.pipe(
    z.custom<Record<string, unknown>>(isObject),
    z.transform((found, context): Record<string, T> => {
      const entries = Object.entries(found).flatMap(([name, value]): [string, T][] => {
        const result = schema.safeParse(value);
        if (result.success) return [[name, result.data]];
        if (!lenient) context.issues.push({ code: 'custom', message: `${name} is not as it should be`, input: value });
        return [];
      });
      return fresh(entries);
    }),
  );

/** The learner chooses it, so it has a bound. */
const words = z.string().check(z.maxLength(10_000));

/** What a terminal needs to be opened again as it was (`Place` in tabs.ts). */
const place = z.object({
  context: z.object({
    programs: z.array(words).check(z.maxLength(50)),
    database: z.optional(words),
    port: z.optional(z.number()),
  }),
  background: z.optional(words),
});

const lab = z.object({
  id: z.string(),
  runtime: z.enum(RUNTIMES),
  major: z.literal(MAJORS),
  terminals: record(place, true),
  /** Ids of the steps whose setup has been done in it. */
  entered: z.array(z.string()),
});

const entry = z.object({
  started: z.string(),
  finished: z.optional(z.string()),
  /** Id of the step the learner is at. */
  step: z.string(),
  steps: record(
    z.object({
      completed: z.optional(z.string()),
      hints: z.number(),
      solution: z.boolean(),
      answers: record(z.object({ given: z.string(), right: z.boolean() })),
      latched: z.array(z.string()),
      /** Ids of the blocks that were typed. */
      done: z.array(z.string()),
    }),
  ),
  lab: z.optional(lab),
});

export interface Progress {
  version: typeof VERSION;
  /** By what `progressKey` makes of a scenario. */
  scenarios: Record<string, ScenarioProgress>;
}
export type ScenarioProgress = z.infer<typeof entry>;
export type LabProgress = z.infer<typeof lab>;

/** What a scenario is known by: its id if it came with the program, and its folder otherwise. Others may have the same name. */
export async function progressKey({ id, directory }: { id: string; directory: string }): Promise<string> {
  const [folder, ours] = await Promise.all([directory, packageFile('scenarios')].map((each) => realpath(each)));
  return dirname(folder!) === ours ? id : folder!;
}

const path = (): string => join(stateDirectory(), 'progress.json');
const nothing = (): Progress => ({ version: VERSION, scenarios: fresh() });

/** What a file's text says. `faulty` are the scenarios of which it says nothing that can be understood; undefined: all of it. */
function understand(text: string): { progress: Progress; faulty: string[] } | undefined {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(found)) return undefined;
  if (Number(found.version) > VERSION) throw newer(String(found.version));
  if (found.version !== VERSION || !isObject(found.scenarios)) return undefined;
  const read = { progress: nothing(), faulty: [] as string[] };
  for (const [id, value] of Object.entries(found.scenarios)) {
    const result = entry.safeParse(value);
    if (result.success) read.progress.scenarios[id] = result.data;
    else read.faulty.push(id);
  }
  return read;
}

/** The file's text; undefined where there is none. */
async function readFile(): Promise<string | undefined> {
  try {
    return String(await readBounded(path(), { limit: LIMIT }));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    const hint =
      code === 'EACCES'
        ? `Make it yours again: sudo chown -R "$USER": ${tidy(stateDirectory())}`
        : `Move it away: mv ${tidy(path())} ${tidy(path())}.old`;
    throw new UserError('progress-unreadable', `Your progress, ${tidy(path())}, cannot be read: ${reasonOf(error)}.`, {
      hint,
      exit: EXIT.environment,
      cause: error,
    });
  }
}

const newer = (version: string): UserError =>
  new UserError(
    'progress-newer',
    `Your progress, ${tidy(path())}, was written by a newer waldojo (format ${version}).`,
    {
      hint: 'It is left as it is. Use that waldojo, or set XDG_STATE_HOME to keep the progress of this one elsewhere.',
      exit: EXIT.environment,
    },
  );

interface Read {
  progress: Progress;
  /** What a person should know of it. */
  warning?: string;
}

/**
 * Reads what was finished. What cannot be understood is set aside, never overwritten, and `warning` says so. Throws a UserError
 * where the file cannot be read, or is of a newer version.
 */
export async function readProgress(): Promise<Read> {
  const read = understand((await readFile()) ?? JSON.stringify(nothing()));
  if (read?.faulty.length === 0) return { progress: read.progress };
  try {
    return await locked(mend);
  } catch (error) {
    const warning = `The progress file ${tidy(path())} is damaged, and cannot be set aside: ${reasonOf(error)}. Nothing is saved until it can.`;
    return { progress: read?.progress ?? nothing(), warning };
  }
}

/** For whoever can do without: what keeps it from being read is a warning. */
export const lookAtProgress = (): Promise<Read> =>
  readProgress().catch((error) => {
    if (!(error instanceof UserError)) throw error;
    return { progress: nothing(), warning: [error.message, error.hint].filter(Boolean).join(' ') };
  });

/** Reads the file, and sets it aside if need be: for whoever may write. */
async function mend(): Promise<Read> {
  const read = understand((await readFile()) ?? JSON.stringify(nothing()));
  if (read?.faulty.length === 0) return { progress: read.progress };
  const aside = `${path()}.damaged-${new Date().toISOString().replaceAll(':', '')}`;
  await rename(path(), aside);
  if (read) await write(read.progress);
  const what = read
    ? `What it said of ${read.faulty.map((id) => JSON.stringify(id)).join(', ')} is lost to this program.`
    : 'Progress starts anew.';
  const warning = `The progress file was damaged. It was set aside as ${tidy(aside)}. ${what}`;
  return { progress: read?.progress ?? nothing(), warning };
}

let queue: Promise<unknown> = Promise.resolve();

/** Reads, changes and writes the file. Calls made at the same time, by this program or another, wait for one another. */
export function updateProgress(change: (progress: Progress) => void): Promise<void> {
  const turn = queue.then(async () => {
    try {
      await locked(async () => {
        const { progress } = await mend();
        change(progress);
        await write(progress);
      });
    } catch (error) {
      throw error instanceof UserError ? error : notSaved(error);
    }
  });
  queue = turn.catch(() => {});
  return turn;
}

/** Milliseconds; others hold the lock for as long as a small file takes to be written. */
const PATIENCE = 10_000;

async function locked<T>(work: () => Promise<T>): Promise<T> {
  await ownDirectory(stateDirectory());
  return withLock(`${path()}.lock`, () => {}, AbortSignal.timeout(PATIENCE), work);
}

async function write(progress: Progress): Promise<void> {
  // Nothing is written that would not be understood when it is read.
  const read = understand(JSON.stringify(progress));
  if (!read || read.faulty.length > 0) throw new Error(`what is to be saved of ${read?.faulty} makes no sense`);
  const text = `${JSON.stringify(read.progress, null, 2)}\n`;
  if (Buffer.byteLength(text) > LIMIT) throw new Error('it has become too large');
  await writeWhole(path(), text, { mode: 0o600 });
}

const notSaved = (error: unknown): UserError =>
  new UserError('progress-not-saved', `Your progress could not be saved: ${reasonOf(error)}.`, {
    hint: `Make room for ${tidy(path())}; what was saved before is still there.`,
    exit: EXIT.environment,
    cause: error,
  });
