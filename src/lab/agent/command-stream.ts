import { Duplex } from 'node:stream';
import { UserError } from '../../util/user-error.ts';
import type { Agent, Place, Running } from './agent.ts';

/** Bytes that may wait for whoever reads the stream. */
const MOST_UNREAD = 64 * 1024 * 1024;
const LONGEST_REASON = 10_000;

const unread = (): UserError =>
  new UserError(
    'connect-failed',
    `More than ${MOST_UNREAD / 1024 / 1024} MB came over a connection, faster than they were read.`,
  );

/** A command's standard input and output as one stream. One that fails by itself destroys it with what it said. */
export class CommandStream extends Duplex {
  #running: Running | undefined;
  #over = false;

  static async to(agent: Agent, argv: string[], place: Place): Promise<CommandStream> {
    const stream = new CommandStream();
    let said = '';
    const running = await agent.start(argv, place, (kind, bytes) => {
      // A command is not held back, as others share the channel: one that is not read from for long enough is given up.
      if (kind === 'err') said = (said + bytes).slice(0, LONGEST_REASON);
      else if (!stream.push(bytes) && stream.readableLength > MOST_UNREAD) stream.destroy(unread());
    });
    stream.#running = running;
    running.ended.then(
      (status) => stream.#end(status, said),
      (error) => stream.destroy(error),
    );
    return stream;
  }

  #end(status: number, said: string): void {
    this.#over = true;
    if (status === 0 || this.writableFinished) this.push(null);
    else this.destroy(new UserError('connect-failed', said.trim() || `The connection ended with status ${status}.`));
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#running?.write(chunk);
    done();
  }

  override _final(done: () => void): void {
    this.#running?.close();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#over) this.#running?.kill();
    done(error);
  }
}
