import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { errorBody } from './errorMapping.ts';
import { DomainError } from '../errors.ts';
import { requestIdOf } from './requestIds.ts';

/** Milliseconds within which the headers of a request must arrive. Also closes connections that send nothing. */
const headersMs = 10_000;
/** Milliseconds between two looks at connections whose headers are late. */
const headersCheckMs = 2_000;
/** Milliseconds within which a body must arrive before it is known who sends it. Strangers send a few hundred bytes. */
const strangerBodyMs = 10_000;
/** Milliseconds within which the JSON body of a signed-in person must arrive: the largest one at 0.6 Mbit/s. */
const memberBodyMs = 20_000;
/** Milliseconds for the rest of a body after its request was answered, so that the client can still read the response. */
const unwantedBodyMs = 5_000;
/** Milliseconds an upload may take: the largest import at 5 Mbit/s. */
const uploadMs = 60 * 60_000;
/** An upload must send this many bytes in each period: 4 KB a second, slower than any usable network. */
const [uploadPeriodMs, uploadPeriodBytes] = [15_000, 60_000];
/** Milliseconds after which a client that does not read its response is disconnected. */
const unreadResponseMs = 60_000;

/** Options of the HTTP server. Its own limit for a whole request is the longest one; the other limits are set below. */
export const serverTimeouts = {
  headersTimeout: headersMs,
  requestTimeout: uploadMs,
  connectionsCheckingInterval: headersCheckMs,
};

const timedOut = new DomainError(
  'invalid',
  'The request took too long to arrive. Check your connection and try again.',
  'timed_out',
);

const deadlines = new WeakMap<IncomingMessage, BodyDeadline>();

/** The time within which the body of one request must arrive. */
class BodyDeadline {
  #req: IncomingMessage;
  #res: ServerResponse;
  #timer: NodeJS.Timeout | undefined;
  #isUpload = false;

  constructor(req: IncomingMessage, res: ServerResponse) {
    this.#req = req;
    this.#res = res;
    this.setTo(strangerBodyMs);
    // The rest of a refused upload is discarded at the pace of the upload: clients read the response after sending all.
    res.once('finish', () => this.#isUpload || this.setTo(unwantedBodyMs));
    req.once('close', () => req.complete && this.#end());
    req.socket.once('close', this.#end);
  }

  setTo(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#req.complete) return;
    this.#timer = setTimeout(() => this.#cut(), ms).unref();
  }

  /** Requires progress instead of a fixed time. */
  allowUpload(): void {
    this.#isUpload = true;
    clearTimeout(this.#timer);
    const { socket } = this.#req;
    let received = socket.bytesRead;
    this.#timer = setInterval(() => {
      if (this.#req.complete) clearTimeout(this.#timer);
      else if (socket.bytesRead - received < uploadPeriodBytes) this.#cut();
      received = socket.bytesRead;
    }, uploadPeriodMs).unref();
  }

  /** The connection may serve many more requests, so nothing of this one stays with it. */
  #end = (): void => {
    clearTimeout(this.#timer);
    this.#req.socket.off('close', this.#end);
  };

  #cut(): void {
    this.#end();
    if (this.#req.complete) return;
    const { socket } = this.#req;
    if (!this.#res.headersSent && socket.writable) socket.write(timedOutResponse(requestIdOf(this.#res)));
    socket.destroy();
  }
}

/** Written to the connection itself, as Node does for late headers: the request may still be in any of its steps. */
function timedOutResponse(requestId: string | undefined): string {
  const body = JSON.stringify(errorBody(timedOut, requestId));
  return [
    'HTTP/1.1 408 Request Timeout',
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    ...(requestId === undefined ? [] : [`X-Request-Id: ${requestId}`]),
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

const hasBody = ({ headers }: IncomingMessage) =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** Gives every request of the server a deadline for its body, and every response one for being read. */
export function limitRequestTimes(http: Server): void {
  http.prependListener('request', (req: IncomingMessage, res: ServerResponse) => {
    if (hasBody(req)) deadlines.set(req, new BodyDeadline(req, res));
  });
  http.setTimeout(unreadResponseMs, (socket) => {
    if (socket.writableLength > 0) socket.destroy();
  });
}

/** Call when a signed-in person may send this JSON body. */
export const allowMemberBody = (req: IncomingMessage): void => deadlines.get(req)?.setTo(memberBodyMs);

/** Call when a member may send this upload. */
export const allowUpload = (req: IncomingMessage): void => deadlines.get(req)?.allowUpload();
