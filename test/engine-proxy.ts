import { mkdtempSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dial, findEndpoint } from '../src/lab/docker/endpoint.ts';

export interface EngineProxy {
  address: string;
  /** The engine goes away, with all connections. */
  cut(): void;
}

/**
 * Another socket of the engine that is here. `meets` sees what a client sends, as it comes, and returns what the engine is to
 * get in its place (as long as that), or why it refuses.
 */
export async function proxyOf(
  meets: (request: string) => string | { refusal: string } = (request) => request,
): Promise<EngineProxy> {
  // As it is now: whoever uses the proxy is going to name that in its place.
  const engine = findEndpoint();
  const path = join(mkdtempSync(join(tmpdir(), 'waldojo-proxy-')), 'engine.sock');
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = dial(engine) as Socket;
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}));
    client
      .on('end', () => upstream.end())
      .on('data', (bytes) => {
        const passed = meets(bytes.toString('latin1'));
        if (typeof passed === 'string') return upstream.write(passed, 'latin1');
        const body = JSON.stringify({ message: passed.refusal });
        const head = `HTTP/1.1 400 Bad Request\r\nContent-Length: ${body.length}\r\nConnection: close`;
        return client.end(`${head}\r\n\r\n${body}`);
      });
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    address: `unix://${path}`,
    cut() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
