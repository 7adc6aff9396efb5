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

/** The agent hands on what it has read at most 64 kB of. */
const LONGEST = 65_536;

/**
 * Makes frames out of pieces that end anywhere. Throws on what cannot be one of the given kinds: somebody in the lab has written
 * between them, and where the next one begins is not known any more.
 */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);
  readonly #kinds: string;

  constructor(kinds: string) {
    this.#kinds = kinds;
  }

  *read(bytes: Buffer): Generator<Frame> {
    this.#rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    while (this.#rest.length >= HEADER) {
      const kind = this.#rest.toString('latin1', 4, 5);
      const length = this.#rest.readUInt32BE(5);
      if (!this.#kinds.includes(kind) || length > LONGEST)
        throw new Error(`No frame: ${JSON.stringify(kind)}, ${length}`);
      const end = HEADER + length;
      if (this.#rest.length < end) return;
      const frame = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end);
      yield { id: frame.readUInt32BE(0), kind, payload: frame.subarray(HEADER) };
    }
  }
}
