import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage, STATUS_CODES } from 'node:http';
import { type Duplex, pipeline, type Readable } from 'node:stream';
import type Docker from 'dockerode';
import { excerpt } from '../../util/excerpt.ts';
import { misshapen, shapeOf } from './answers.ts';
import { EngineError } from './errors.ts';

/** Bounds on what an engine may take and send: times in milliseconds, sizes in bytes. */
export interface Limits {
  /** For all that a probe asks. */
  probe: number;
  /** For the answer to a question. */
  answer: number;
  /** For what makes, starts or ends something. */
  work: number;
  /** For what reads or writes a whole disk. */
  copy: number;
  /** How often it is looked whether a lab is hindered, and when the answer to that is worth a word for being late. */
  watch: number;
  late: number;
  /** Between two signs of life of a long task, such as a build. */
  idle: number;
  /** Of an answer that is taken in as a whole. */
  bytes: number;
}
export const LIMITS: Limits = {
  probe: 2000,
  answer: 10_000,
  work: 60_000,
  copy: 600_000,
  watch: 2000,
  late: 5000,
  idle: 600_000,
  bytes: 16 * 2 ** 20,
};

const COPIES = /^POST \/(commit|images\/create|build)|^DELETE /;

/** A call as dockerode hands it to its transport. */
interface Call {
  path: string;
  method: string;
  options?: Record<string, unknown> | undefined;
  file?: Readable | string;
  abortSignal?: AbortSignal;
  /** The caller reads the answer as it comes. */
  isStream?: boolean;
  /** The connection becomes a stream in both directions. */
  hijack?: boolean;
  statusCodes: Record<number, true | string>;
}
type Callback = (error: Error | null, answer?: unknown) => void;

/** Where the engine is and how it is reached. */
export interface Line {
  address: string;
  connect(): Duplex;
}

/**
 * Puts our transport in the place of dockerode's, which waits for ever, takes in any number of bytes, follows redirects to
 * anywhere, and leaves a promise unsettled when an answer breaks off. Whatever comes, each call ends within its limit, with
 * an answer of the right shape or an `EngineError`.
 */
export function guard(engine: Docker, line: Line, limits: Limits): Docker {
  const agent = new Agent({ keepAlive: true });
  agent.createConnection = line.connect as Agent['createConnection'];
  const modem = engine.modem as unknown as { dial(call: Call, callback: Callback): void };
  lines.set(engine, { address: line.address, limits });
  modem.dial = (call, callback) => {
    ask(call, line.address, agent, limits).then(
      (answer) => callback(null, answer),
      (error) => callback(error),
    );
  };
  return engine;
}

const lines = new WeakMap<Docker, { address: string; limits: Limits }>();
/** Of a guarded engine: its address as it is written in messages, and its limits. */
export const lineOf = (engine: Docker) => lines.get(engine)!;

async function ask(call: Call, address: string, agent: Agent, limits: Limits): Promise<unknown> {
  const { abortSignal, ...options } = call.options ?? {};
  const signal = call.abortSignal;
  const [path = '', query] = call.path.split('?');
  const name = `${call.method} ${path}`;
  const limit = COPIES.test(name) ? limits.copy : call.method === 'GET' ? limits.answer : limits.work;
  const body = call.file ?? (call.method === 'POST' && JSON.stringify(options));
  const type = call.file ? 'application/tar' : 'application/json';
  signal?.throwIfAborted();
  const request = httpRequest({
    agent,
    method: call.method,
    path: query === undefined ? path : `${path}?${queryOf(options)}`,
    headers: {
      Host: 'docker',
      ...(body && { 'Content-Type': type }),
      ...(typeof body === 'string' && { 'Content-Length': Buffer.byteLength(body) }),
      ...(call.hijack && { Connection: 'Upgrade', Upgrade: 'tcp' }),
    },
    ...(signal && { signal }),
  });
  const wrong = (what: string): EngineError => new EngineError('engine-foreign', address, what);
  // It holds the program, so that no wait for an answer is cut short by there being nothing else to do.
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    request.destroy();
  }, limit);
  try {
    const answer = responseTo(request);
    if (typeof body === 'string') request.end(body);
    else if (body) pipeline(body, request, () => {});
    else request.end();
    const { response, socket } = await answer;
    if (socket) return socket;
    const { statusCode = 0 } = response;
    const accepted = call.statusCodes[statusCode] === true;
    if (call.hijack && accepted) throw wrong('did not open the stream that it was asked for');
    if (call.isStream && accepted) {
      // What is attached to a lab may be still for as long as its learner likes.
      const silent = new EngineError('engine-silent', address, `has said nothing for ${limits.idle / 1000} s`);
      if (!path.endsWith('/attach')) response.setTimeout(limits.idle, () => response.destroy(silent));
      return response;
    }
    const text = await read(response, limits.bytes, wrong);
    const json = parse(text);
    if (!accepted) throw refusal(response, json, text, address);
    const shape = shapeOf(call.method, path);
    if (!shape) return json;
    if (json === undefined) throw wrong(`sent ${nature(response, text)} in place of JSON`);
    const problem = misshapen(shape, json);
    if (problem) throw wrong(`sent JSON of another shape (${problem})`);
    return json;
  } catch (error) {
    request.destroy();
    // What it fails with afterwards is our own doing.
    if (isLate) throw new EngineError('engine-silent', address, `did not answer within ${limit / 1000} s`);
    signal?.throwIfAborted();
    throw error instanceof EngineError ? error : EngineError.of(error, address);
  } finally {
    clearTimeout(timer);
  }
}

/** Lists become several values of a name, and what has a structure becomes JSON. */
function queryOf(options: Record<string, unknown>): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) query.append(name, typeof one === 'object' ? JSON.stringify(one) : String(one));
    }
  }
  return query;
}

/** The response, or the connection that it has become. */
function responseTo(request: ClientRequest): Promise<{ response: IncomingMessage; socket?: Duplex }> {
  return new Promise((resolve, reject) => {
    request
      .once('upgrade', (response, socket, head) => {
        if (head.length > 0) socket.unshift(head);
        resolve({ response, socket });
      })
      .once('response', (response) => resolve({ response }))
      // Also after the response has come, where nobody is left to hear of it.
      .on('error', reject);
  });
}

async function read(response: IncomingMessage, most: number, wrong: (what: string) => Error): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > most) throw wrong(`sent more than ${Math.round(most / 2 ** 20) || 1} MB as one answer`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ECONNRESET'
      ? wrong('broke off in the middle of an answer')
      : error;
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a text is that should have been JSON. */
function nature({ headers }: IncomingMessage, text: string): string {
  if (text.trim() === '') return 'nothing';
  return /html/.test(headers['content-type'] ?? '') || /^\s*</.test(text) ? 'a web page' : 'something';
}

function refusal(response: IncomingMessage, json: unknown, text: string, address: string): EngineError {
  const { statusCode = 0 } = response;
  const said = (json as { message?: unknown } | null | undefined)?.message;
  if (typeof said === 'string' && !(statusCode === 404 && said === 'page not found')) {
    return new EngineError('engine-error', address, excerpt(said), { statusCode });
  }
  const how = `status ${statusCode}${STATUS_CODES[statusCode] ? ` (${STATUS_CODES[statusCode]})` : ''}`;
  const what = text.trim() ? ` and ${json === undefined ? nature(response, text) : 'no reason'}` : '';
  return new EngineError('engine-foreign', address, `answered with ${how}${what}`, { statusCode });
}
