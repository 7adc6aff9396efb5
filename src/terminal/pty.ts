/** One end of a pseudo-terminal in a lab. Implemented by every runtime; a Terminal sits on top. */
export interface Pty {
  /** Raw bytes from the programs in it, in order. One listener. */
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Called once, when the first process in it has ended or the lab has gone; after the last data. */
  onExit(listener: () => void): void;
  write(bytes: string | Uint8Array): void;
  resize(columns: number, rows: number): void;
  /** Backpressure: no data until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends the processes in it. */
  kill(): void;
}

export interface TerminalSize {
  columns: number;
  rows: number;
}
