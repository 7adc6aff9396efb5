import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import * as z from 'zod/mini';
import { excerpt } from '../../util/excerpt.ts';
import { EngineError } from './errors.ts';
import { lineOf } from './transport.ts';

const text = z.optional(z.string());
const ITEM = z.object({ stream: text, status: text, error: text });
/** An item of the stream in which an engine tells of a long task; `stream` is output of a build. */
export type Item = z.infer<typeof ITEM>;

/** Characters of one item. */
const LONGEST = 2 ** 20;

/**
 * Reads the stream to its end. That a task failed stands only in an item of it: then throws what that says. Throws as well
 * when the stream breaks off or is no such stream.
 */
export async function follow(
  docker: Docker,
  stream: NodeJS.ReadableStream,
  onItem: (item: Item) => void,
  signal?: AbortSignal,
): Promise<void> {
  const source = stream as Readable;
  const { address } = lineOf(docker);
  const hear = (line: string): void => {
    if (!line.trim()) return;
    const { data: item } = ITEM.safeParse(parse(line));
    if (!item) throw new EngineError('engine-foreign', address, 'tells of its work in an unknown way');
    if (item.error) throw new EngineError('engine-error', address, excerpt(item.error));
    onItem({ ...item, ...(item.stream && { stream: excerpt(item.stream) }), status: excerpt(item.status ?? '') });
  };
  let rest = '';
  try {
    for await (const chunk of source.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      if (rest.length > LONGEST) hear(rest);
      lines.forEach(hear);
    }
    hear(rest);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof EngineError ? error : EngineError.of(error, address);
  } finally {
    source.destroy();
  }
  signal?.throwIfAborted();
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
