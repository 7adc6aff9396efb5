import { Duplex } from 'node:stream';
import { UserError } from '../../util/user-error.ts';
import { killGroup, type MappedChild } from './mapped.ts';

/** A command's standard input and output as one stream. A command that fails by itself destroys it with what it said. */
export class CommandStream extends Duplex {
  readonly #child: MappedChild;

  constructor(child: MappedChild) {
    super();
    this.#child = child;
    let said = '';
    child.stderr.on('data', (bytes) => {
      said += bytes;
    });
    child.stdout.on('data', (bytes) => {
      if (!this.push(bytes)) child.stdout.pause();
    });
    child.once('error', (error) => this.destroy(error));
    child.once('close', (code) => {
      if (code === 0 || this.writableFinished) this.push(null);
      else this.destroy(new UserError('connect-failed', said.trim() || `The connection ended with status ${code}.`));
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    // A command that has ended takes no more; its status tells why.
    this.#child.stdin.write(chunk, () => done());
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    killGroup(this.#child);
    done(error);
  }
}
