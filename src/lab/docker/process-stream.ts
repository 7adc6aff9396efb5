import { Duplex } from 'node:stream';
import { UserError } from '../../util/user-error.ts';
import type { Process } from './process.ts';

/** A command's standard input and output as one stream. Destroyed, it closes both; the command has to take that for its end. */
export class ProcessStream extends Duplex {
  readonly #process: Process;
  #said = '';

  constructor(process: Process) {
    super();
    this.#process = process;
    process.listen((stream, bytes) => {
      if (stream === 'err') this.#said = (this.#said + bytes).slice(0, 10_000);
      else if (!this.push(bytes)) process.socket.pause();
    });
    process.ended.then(() => this.destroy(this.#said ? new UserError('exec-failed', this.#said.trim()) : undefined));
  }

  override _read(): void {
    this.#process.socket.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#process.socket.write(chunk, () => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#process.socket.destroy();
    done(error);
  }
}
