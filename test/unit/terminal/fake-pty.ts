import type { Pty } from '../../../src/terminal/pty.ts';

/** A pseudo-terminal whose programs are the test. */
export class FakePty implements Pty {
  written = '';
  paused = false;
  size: [number, number] | undefined;
  #data: (bytes: Uint8Array) => void = () => {};
  #exit: () => void = () => {};

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#data = listener;
  }

  onExit(listener: () => void): void {
    this.#exit = listener;
  }

  write(bytes: string | Uint8Array): void {
    this.written += Buffer.from(bytes as Uint8Array).toString('latin1');
  }

  resize(columns: number, rows: number): void {
    this.size = [columns, rows];
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  kill(): void {
    this.#exit();
  }

  /** A program prints. */
  print(text: string | Buffer): void {
    this.#data(Buffer.from(text as string));
  }
}
