export type Sink = (stream: 'out' | 'err', bytes: Buffer) => void;

const HEADER = 8;

/**
 * Takes an engine's multiplexed stream apart: frames of a header (kind in byte 0, length in bytes 4 to 7) and a payload.
 * Payloads are handed on as they come, so a frame of any size needs no buffer.
 */
export function demultiplexer(sink: Sink): (chunk: Buffer) => void {
  let header = Buffer.alloc(0);
  let left = 0;
  let stream: 'out' | 'err' = 'out';
  return (chunk) => {
    let rest = chunk;
    while (rest.length > 0) {
      if (left === 0) {
        const missing = HEADER - header.length;
        header = Buffer.concat([header, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (header.length < HEADER) return;
        stream = header[0] === 2 ? 'err' : 'out';
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
      } else {
        const payload = rest.subarray(0, left);
        left -= payload.length;
        rest = rest.subarray(payload.length);
        sink(stream, payload);
      }
    }
  };
}
