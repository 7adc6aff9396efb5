import { Duplex } from 'node:stream';
import { UserError } from '../../util/user-error.ts';
import type { Process } from './process.ts';

/** A command's standard input and output as one stream. A command that fails by itself destroys it with what it said. */
export class CommandStream extends Duplex {
  readonly #process: Process;
  #said = '';
  #over = false;

  constructor(process: Process) {
    super();
    this.#process = process;
    process.listen((stream, bytes) => {
      if (stream === 'err') this.#said += bytes;
      else if (!this.push(bytes)) process.socket.pause();
    });
    process.ended.then(() => this.#finish());
  }

  async #finish(): Promise<void> {
    if (this.destroyed) return;
    this.#over = true;
    try {
      const code = await this.#process.exitCode();
      if (code === 0 || this.writableFinished) this.push(null);
      else
        this.destroy(new UserError('connect-failed', this.#said.trim() || `The connection ended with status ${code}.`));
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  override _read(): void {
    this.#process.socket.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    // A command that has ended takes no more; its status tells why.
    this.#process.socket.write(chunk, () => done());
  }

  override _final(done: () => void): void {
    this.#process.socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    done(error);
    if (!this.#over) this.#process.kill().catch(() => {});
  }
}
