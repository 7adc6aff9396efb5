import { createInterface } from 'node:readline';

/** An item of the stream in which an engine tells of a long task. */
export interface Item {
  /** Output of a build. */
  stream?: string;
  status?: string;
  error?: string;
}

/** Reads the stream to its end. That a task failed stands only in an item of it: then throws what that says. */
export async function follow(
  stream: NodeJS.ReadableStream,
  onItem: (item: Item) => void,
  signal?: AbortSignal,
): Promise<void> {
  const lines = createInterface({ input: stream, ...(signal && { signal }) });
  for await (const line of lines) {
    if (!line) continue;
    const item = JSON.parse(line) as Item;
    if (item.error) throw new Error(item.error);
    onItem(item);
  }
  signal?.throwIfAborted();
}
