import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import { UserError } from '../../util/user-error.ts';
import { demultiplexer } from './demux.ts';
import { ask, engineGone, isConnectionError } from './errors.ts';

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
  stream.on(
    'data',
    demultiplexer((_, bytes) => output.write(bytes)),
  );
  stream.once('close', () => output.end()).on('error', () => {});
  const over = new Promise<void>((resolve) => output.once('finish', resolve)).then(() => whyEnded(container));
  try {
    await ask('start the lab', container.start());
    const failed = await readUntilReady(output, over, signal);
    unref(stream);
    return { container, failed, over };
  } catch (error) {
    (stream as PassThrough).destroy();
    throw error;
  }
}

async function readUntilReady(output: PassThrough, over: Promise<UserError>, signal?: AbortSignal): Promise<string[]> {
  const failed: string[] = [];
  const lines = createInterface({ input: output, ...(signal && { signal }) });
  for await (const line of lines) {
    signal?.throwIfAborted();
    if (line === 'ready') return failed;
    if (line.startsWith('failed ')) failed.push(line.slice('failed '.length));
  }
  signal?.throwIfAborted();
  throw await over;
}

/** A watched lab alone does not keep the program from ending. */
function unref(stream: NodeJS.ReadableStream): void {
  (stream as { socket?: { unref(): void } }).socket?.unref();
}

async function whyEnded(container: Docker.Container): Promise<UserError> {
  try {
    const { State } = await container.inspect({ abortSignal: AbortSignal.timeout(2000) });
    const how = State.OOMKilled ? 'it ran out of memory' : `its first process ended with status ${State.ExitCode}`;
    return labDied(`The lab has stopped: ${how}.`);
  } catch (error) {
    if (isConnectionError(error) || (error as Error).name === 'AbortError') return engineGone(error);
    return labDied('The lab has been removed by somebody else.', error);
  }
}

const labDied = (message: string, cause?: unknown): UserError =>
  new UserError('lab-died', message, { hint: 'Start the scenario again: your progress is kept', cause });
