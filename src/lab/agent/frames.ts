/** A frame: number of the command, a letter, the length of what follows, and that. */
interface Frame {
  id: number;
  kind: string;
  payload: Buffer;
}

const HEADER = 9;

export function frameOf(id: number, kind: string, bytes: Buffer | string): Buffer {
  const payload = Buffer.from(bytes as string);
  const header = Buffer.alloc(HEADER);
  header.writeUInt32BE(id, 0);
  header.write(kind, 4, 'latin1');
  header.writeUInt32BE(payload.length, 5);
  return Buffer.concat([header, payload]);
}

/** Makes frames out of pieces that end anywhere. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  *read(bytes: Buffer): Generator<Frame> {
    this.#rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    while (this.#rest.length >= HEADER) {
      const end = HEADER + this.#rest.readUInt32BE(5);
      if (this.#rest.length < end) return;
      const frame = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end);
      yield { id: frame.readUInt32BE(0), kind: frame.toString('latin1', 4, 5), payload: frame.subarray(HEADER) };
    }
  }
}
