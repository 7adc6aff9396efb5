import { addAbortListener } from 'node:events';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import { poll } from '../../util/poll.ts';
import { UserError } from '../../util/user-error.ts';
import { demultiplexer } from './demux.ts';
import { ask, explain, isMissing } from './errors.ts';

/** One run of a lab's container, from its start to the end of its processes. */
export interface Boot {
  container: Docker.Container;
  /** Clusters that should have started and did not. */
  failed: string[];
  /** Resolves, to the reason, when the container is no longer running. */
  over: Promise<UserError>;
}

// A directory that comes with a snapshot cannot be renamed in a container, and PostgreSQL drops a slot by renaming it: so
// each is made anew. The name that it has meanwhile is one that PostgreSQL clears away.
const RENEW_SLOTS = `for slot in /var/lib/postgresql/*/*/pg_replslot/*; do
    [ -d "$slot" ] || continue
    rm -rf "$slot.tmp"
    cp -a "$slot" "$slot.tmp" && rm -r "$slot" && mv "$slot.tmp" "$slot"
  done`;
// A container that is started again gets the same arguments; then only the clusters that ran are started.
const BOOT = `if [ -e /var/lib/waldojo/booted ]; then
  set --
  ${RENEW_SLOTS}
else touch /var/lib/waldojo/booted; fi
exec /usr/local/lib/waldojo/init --until-eof "$@"`;
export const initCommand = (clusters: string[]): string[] => ['sh', '-c', BOOT, 'sh', ...clusters];

/** Starts a container and waits for its init to say that it is ready. */
export async function boot(container: Docker.Container, signal?: AbortSignal): Promise<Boot> {
  // Attached before the start, so that no line is missed; and its end tells that the container has ended.
  const stream = await ask('watch the lab', container.attach({ stream: true, stdout: true, stderr: true }));
  const output = new PassThrough();
  let told = 0;
  let ready = false;
  stream.on(
    'data',
    demultiplexer((_, bytes) => {
      told += bytes.length;
      if (told > CHATTER && !ready) output.end();
      if (!output.writableEnded) output.write(bytes);
    }),
  );
  stream.once('close', () => output.end()).on('error', () => {});
  const over = new Promise<void>((resolve) => output.once('finish', resolve)).then(() => whyEnded(container));
  const late = AbortSignal.timeout(PATIENCE);
  const stop = signal ? AbortSignal.any([late, signal]) : late;
  const stopping = addAbortListener(stop, () => output.end());
  try {
    await ask('start the lab', container.start());
    const failed = await readUntilReady(output);
    signal?.throwIfAborted();
    if (late.aborted) throw labDied(`The lab was not ready within ${PATIENCE / 1000} s.`);
    if (!failed) throw told > CHATTER ? labDied('The lab says something else than that it is ready.') : await over;
    ready = true;
    // What the lab goes on to write there nobody reads; but the end of it is to be seen.
    output.resume();
    unref(stream);
    return { container, failed, over };
  } catch (error) {
    (stream as PassThrough).destroy();
    signal?.throwIfAborted();
    throw error;
  } finally {
    stopping[Symbol.dispose]();
  }
}

/** Milliseconds that a lab may take to be ready: a crash recovery is part of it. */
const PATIENCE = 120_000;
/** Bytes that it may say before. */
const CHATTER = 2 ** 20;

/** The clusters that did not start; undefined where the output ends before the lab is ready. */
async function readUntilReady(output: PassThrough): Promise<string[] | undefined> {
  const failed: string[] = [];
  for await (const line of createInterface({ input: output })) {
    if (line === 'ready') return failed;
    if (line.startsWith('failed ')) failed.push(line.slice('failed '.length));
  }
  return undefined;
}

/** A watched lab alone does not keep the program from ending. */
function unref(stream: NodeJS.ReadableStream): void {
  (stream as { socket?: { unref(): void } }).socket?.unref();
}

async function whyEnded(container: Docker.Container): Promise<UserError> {
  try {
    // An engine closes the connection a moment before it takes down the end; a proxy closes it as it likes.
    const { State } = await poll(
      () => container.inspect(),
      (seen) => !seen.State.Running,
      { within: 2000 },
    );
    if (State.Running) return labDied('The engine has hung up on the lab.');
    const how = State.OOMKilled ? 'it ran out of memory' : `its first process ended with status ${State.ExitCode}`;
    return labDied(`The lab has stopped: ${how}.`);
  } catch (error) {
    return isMissing(error)
      ? labDied('The lab has been removed by somebody else.', error)
      : (explain(error, 'ask how the lab ended') as UserError);
  }
}

const labDied = (message: string, cause?: unknown): UserError =>
  new UserError('lab-died', message, { hint: 'Start the scenario again: your progress is kept', cause });
