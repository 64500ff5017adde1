import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the server responds to one request for an answer. */
interface Script {
  /** `chat.completion.chunk` objects as JSON text, sent as one server-sent event each. */
  chunks?: string[];
  /** Milliseconds before each piece. */
  delayMs?: number;
  /** Cut the bytes at random places from this seed, also inside characters. Absent: one event per piece. */
  seed?: number;
  /** Send this many chunks, then wait for `release()`. */
  pauseAfter?: number;
  /** Send this many chunks, then break the connection. */
  breakAfter?: number;
  /** Send this many chunks, then end the response normally but too early. */
  endAfter?: number;
  /** Accept the request and never respond. */
  hang?: boolean;
  /** Respond with this status instead of a stream. */
  status?: number;
  contentType?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Instead of `body` or `chunks`: bytes that are sent as they are, one by one. */
  pieces?: Iterable<string | Buffer>;
}

interface ReceivedRequest {
  path: string;
  headers: IncomingMessage['headers'];
  /** Parsed JSON; empty when the request had no body. */
  body: {
    model?: string;
    stream?: boolean;
    messages?: { role: string; content: string }[];
    [name: string]: unknown;
  };
  /** The client disconnected before the response was complete. */
  aborted: boolean;
}

type Reply = Script | ((request: ReceivedRequest) => Script);

export interface ModelServer {
  /** Includes `/v1`, like the base URL of a connection. */
  url: string;
  requests: ReceivedRequest[];
  /** The models it lists. */
  models: { id: string; name?: string }[];
  /** How it responds to a request for its models; undefined: with `models`. */
  listing: Script | undefined;
  /** How it streams answers from now on. */
  reply: Reply;
  /** How it responds to requests without a stream (titles) from now on. */
  completion: string | Script | Promise<string>;
  /** Number of responses to requests without a stream. */
  completed: number;
  /** Resumes the answers that `pauseAfter` paused. */
  release(): void;
  /** Resolves when the condition holds; it is checked at every request, pause and end. */
  waitUntil(isMet: () => boolean): Promise<void>;
  close(): Promise<void>;
}

/** A text as the chunks of an answer, one word each. */
export function chunksOf(text: string, more: { reasoning?: string; finish?: string | null } = {}): string[] {
  const pieces = (whole: string) => whole.match(/\s*\S+|\s+/g) ?? [];
  const chunk = (delta: object, finish: string | null = null) =>
    JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
  const finish = more.finish === undefined ? 'stop' : more.finish;
  return [
    chunk({ role: 'assistant', content: '' }),
    ...pieces(more.reasoning ?? '').map((each) => chunk({ content: null, reasoning_content: each })),
    ...pieces(text).map((content) => chunk({ content })),
    ...(finish === null ? [] : [chunk({}, finish)]),
  ];
}

/** Returns a generator of numbers between 0 and 1, the same for the same seed. Source: mulberry32, public domain. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function cutAtRandom(bytes: Buffer, seed: number): Buffer[] {
  const random = seeded(seed);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    // Mostly small pieces, sometimes several events in one.
    const length = 1 + Math.floor(random() ** 3 * 600);
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

const json = 'application/json';
const eventStream = 'text/event-stream; charset=utf-8';
const event = (chunk: string) => `data: ${chunk}\n\n`;

async function bodyOf(request: IncomingMessage): Promise<ReceivedRequest['body']> {
  let text = '';
  for await (const piece of request) text += String(piece);
  return text ? (JSON.parse(text) as ReceivedRequest['body']) : {};
}

/** A scripted OpenAI-compatible model server on a free loopback port. */
export async function startModelServer(models: string[] = ['test-model']): Promise<ModelServer> {
  const paused = new Set<() => void>();
  const waiting = new Set<() => void>();
  const checkAll = () => waiting.forEach((check) => check());

  const write = (response: ServerResponse, bytes: Buffer | string) =>
    new Promise<void>((resolve) => response.write(bytes, () => resolve()));

  /** Yields to the event loop before each piece, which keeps them separate on the wire, like a network. */
  async function send(response: ServerResponse, pieces: Iterable<Buffer | string>, delayMs = 0) {
    for (const piece of pieces) {
      await new Promise((resolve) => (delayMs > 0 ? setTimeout(resolve, delayMs) : setImmediate(resolve)));
      if (response.destroyed) return;
      await write(response, piece);
    }
  }

  async function respond(response: ServerResponse, script: Script, contentType: string): Promise<void> {
    response.writeHead(script.status ?? 200, {
      'content-type': script.contentType ?? contentType,
      ...script.headers,
    });
    await send(response, script.pieces ?? [], script.delayMs);
    response.end(script.body ?? '');
  }

  async function stream(response: ServerResponse, script: Script): Promise<void> {
    const { chunks = [], seed, delayMs, pauseAfter, breakAfter, endAfter } = script;
    response.writeHead(200, { 'content-type': script.contentType ?? eventStream });
    const stopAt = breakAfter ?? endAfter ?? chunks.length;
    const lines = chunks.slice(0, stopAt).map(event);
    if (stopAt === chunks.length && endAfter === undefined) lines.push(event('[DONE]'));
    const cut = (events: string[]) =>
      seed === undefined ? events : cutAtRandom(Buffer.from(events.join('')), seed);
    if (pauseAfter !== undefined) {
      await send(response, cut(lines.splice(0, pauseAfter)), delayMs);
      await new Promise<void>((resolve) => {
        paused.add(resolve);
        checkAll();
      });
    }
    await send(response, cut(lines), delayMs);
    if (breakAfter !== undefined) response.destroy();
    else response.end();
  }

  const server: ModelServer = {
    url: '',
    requests: [],
    models: models.map((id) => ({ id })),
    listing: undefined,
    reply: { chunks: chunksOf('Hello from the test model.') },
    completion: 'A suggested title',
    completed: 0,
    release() {
      for (const resolve of paused) resolve();
      paused.clear();
    },
    waitUntil: (isMet) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('Waited 30 s for the model server.')), 30_000);
        const check = () => {
          if (!isMet()) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received: ReceivedRequest = {
      path: request.url ?? '',
      headers: request.headers,
      body: await bodyOf(request),
      aborted: false,
    };
    server.requests.push(received);
    response.on('close', () => {
      received.aborted = !response.writableFinished;
      checkAll();
    });
    checkAll();
    if (received.path === '/v1/models') {
      if (server.listing?.hang) return;
      const list = { body: JSON.stringify({ object: 'list', data: server.models }) };
      await respond(response, server.listing ?? list, json);
      return;
    }
    if (received.path !== '/v1/chat/completions') {
      await respond(
        response,
        { status: 404, body: JSON.stringify({ error: { message: 'not found' } }) },
        json,
      );
      return;
    }
    if (!received.body.stream) {
      const completion = await server.completion;
      server.completed++;
      if (typeof completion === 'string') {
        const message = { role: 'assistant', content: completion };
        const body = JSON.stringify({ choices: [{ index: 0, message, finish_reason: 'stop' }] });
        await respond(response, { body }, json);
      } else if (!completion.hang) await respond(response, completion, json);
      return;
    }
    const script = typeof server.reply === 'function' ? server.reply(received) : server.reply;
    if (script.hang) return;
    if (script.pieces) await respond(response, script, eventStream);
    else if (script.body !== undefined || script.status !== undefined) await respond(response, script, json);
    else await stream(response, script);
  }

  const http = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  server.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1`;
  return server;
}
