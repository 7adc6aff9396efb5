import { expect, test } from 'vitest';
import { demultiplexer } from '../../../src/lab/docker/demux.ts';

function frame(kind: 1 | 2, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = kind;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

function takeApart(chunks: Buffer[]): { out: string; err: string } {
  const texts = { out: '', err: '' };
  const take = demultiplexer((stream, bytes) => {
    texts[stream] += bytes;
  });
  for (const chunk of chunks) take(chunk);
  return texts;
}

const stream = Buffer.concat([frame(1, 'one '), frame(2, 'warning'), frame(1, ''), frame(1, 'two')]);

test('frames are told apart wherever the chunks are cut', () => {
  for (let size = 1; size <= stream.length; size++) {
    const chunks: Buffer[] = [];
    for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size));
    expect(takeApart(chunks), `chunks of ${size}`).toEqual({ out: 'one two', err: 'warning' });
  }
});

test('a payload is handed on before its frame is complete', () => {
  expect(takeApart([frame(1, 'abcdef').subarray(0, 11)])).toEqual({ out: 'abc', err: '' });
});
