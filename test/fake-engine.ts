import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createRawServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const json = (body: string, status = 200): Answer => {
  return (_, response) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
};
const page = (body: string, status = 200): Answer => {
  return (_, response) => response.writeHead(status, { 'Content-Type': 'text/html' }).end(body);
};
const partly = (then: (response: ServerResponse) => void): Answer => {
  return (_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).write('[{"Id":');
    then(response);
  };
};
const HOSTILE = '\\u001b[31m\\u202e\\u0007 HOSTILE ';

/** Ways of an engine to be of no use, by the code of the error that they come to. */
export const SICKNESSES: Record<string, Record<string, Answer>> = {
  'engine-silent': {
    'says nothing': () => {},
    'stops in the middle of an answer': partly(() => {}),
    'sends its answer a byte at a time': partly((response) => {
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    }),
  },
  'engine-foreign': {
    'breaks off in the middle of an answer': partly((response) => setTimeout(() => response.destroy(), 10)),
    'sends without an end': partly((response) => {
      const more = (): void => {
        while (response.write(' '.repeat(65_536)));
        response.once('drain', more);
      };
      more();
    }),
    'sends null': json('null'),
    'sends an object without anything': json('{}'),
    'sends nothing': json(''),
    'sends objects without anything': json('[{}]'),
    'sends nulls': json('[null]'),
    'sends a word': json('"word"'),
    'sends numbers for texts': json('[{"Id": 7, "Names": 7, "Labels": 7, "State": 7, "Size": "7", "RepoTags": [7]}]'),
    'sends JSON that is cut off': json('{"Id": '),
    'sends a page': page('<html>captive portal</html>'),
    'sends a page as JSON': json('<html>captive portal</html>'),
    'fails with a page': page(`<html>\u001b[31m ${'x'.repeat(3000)}</html>`, 500),
    'knows none of the paths': json('{"message":"page not found"}', 404),
    'finds no page': page('<html>not found</html>', 404),
    'asks for a password': (_, response) => response.writeHead(401).end(),
    'is a proxy without an upstream': page('<html>Bad Gateway</html>', 502),
    'sends on to another place': (_, response) => response.writeHead(301, { Location: 'http://127.0.0.1:9/x' }).end(),
    'sends on to another path': (_, response) => response.writeHead(307, { Location: '/x' }).end(),
    'fails in JSON without a reason': json('{"error": 1}', 500),
  },
  'engine-error': {
    'finds the client too new': json('{"message":"client version 1.43 is too new. Maximum is 1.12"}', 400),
    'fails for a reason that a terminal would obey': json(`{"message":"${HOSTILE}${'y'.repeat(9000)}"}`, 500),
  },
};

const VERSION = JSON.stringify({ Version: '99', ApiVersion: '1.43', Components: [{ Name: 'Engine' }] });

export interface FakeEngine {
  address: string;
  close(): void;
}

/** An engine at a socket of its own; what it says of its version is right unless `sickFromTheStart`. */
export async function fakeEngine(answer: Answer, sickFromTheStart = false): Promise<FakeEngine> {
  return listen(
    createServer((request, response) => {
      request.resume();
      if (request.url?.startsWith('/version') && !sickFromTheStart) json(VERSION)(request, response);
      else answer(request, response);
    }),
  );
}

/** Something that is no engine, nor speaks HTTP. */
export const otherServer = (hello: string): Promise<FakeEngine> =>
  listen(createRawServer((socket) => socket.on('error', () => {}).write(hello)));

async function listen(server: Server): Promise<FakeEngine> {
  const directory = mkdtempSync(join(tmpdir(), 'waldojo-fake-'));
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(join(directory, 'engine.sock'), resolve));
  return {
    address: `unix://${directory}/engine.sock`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
