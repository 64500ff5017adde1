import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { checkedLookup, requireAllowedHost } from './addressGuard.ts';
import { connectionError, modelErrors } from './modelErrors.ts';

/** How long a model server may take for what, in milliseconds. */
export interface Timeouts {
  connectMs: number;
  /** Until it begins to answer: a large model may have to be loaded first. */
  firstByteMs: number;
  /** Between two pieces: some servers say nothing while a model reasons. */
  idleMs: number;
}
export const defaultTimeouts: Timeouts = { connectMs: 10_000, firstByteMs: 300_000, idleMs: 300_000 };

/** Bytes of a plain answer, or of one event of a stream. The longest lists of models have a few hundred kilobytes. */
const wholeMax = 10_000_000;

/** Bytes behind the last blank line, which is what ends an event; undefined when there is none. */
function sinceBlankLine(bytes: Buffer): number | undefined {
  const end = Math.max(bytes.lastIndexOf('\n\n'), bytes.lastIndexOf('\r\n\r\n'));
  return end === -1 ? undefined : bytes.length - end;
}

const withoutBody = new Set([204, 205, 304]);

const aborted = () => new DOMException('The request was aborted.', 'AbortError');

function headersOf(answer: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return headers;
}

/** Headers of the OpenAI client, without those that tell of the machine it runs on. */
const outgoing = (headers: Headers): Record<string, string> => ({
  ...Object.fromEntries([...headers].filter(([name]) => !name.startsWith('x-stainless-'))),
  'accept-encoding': 'identity',
});

/** The bytes as they come, with back-pressure. `fail` is told through `whenBroken`. */
function bodyOf(
  answer: IncomingMessage,
  whenBroken: (fail: (error: Error) => void) => void,
): ReadableStream<Uint8Array> {
  const streaming = /^text\/event-stream\b/i.test(answer.headers['content-type'] ?? '');
  let received = 0;
  let over = false;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const fail = (error: Error) => {
          if (over) return;
          over = true;
          controller.error(error);
          answer.destroy();
        };
        whenBroken(fail);
        answer.on('data', (bytes: Buffer) => {
          if (over) return;
          // What is read waits in memory until it is whole, and no model server may fill that.
          received = (streaming ? sinceBlankLine(bytes) : undefined) ?? received + bytes.length;
          if (received > wholeMax) {
            fail(modelErrors.notUnderstood());
            return;
          }
          controller.enqueue(bytes);
          if ((controller.desiredSize ?? 0) <= 0) answer.pause();
        });
        answer.on('end', () => {
          if (over) return;
          over = true;
          controller.close();
        });
        answer.on('error', () => fail(modelErrors.brokenOff()));
        answer.on('close', () => fail(modelErrors.brokenOff()));
      },
      pull() {
        answer.resume();
      },
      cancel() {
        over = true;
        answer.destroy();
      },
    },
    { highWaterMark: 64 },
  );
}

/**
 * A `fetch` for model servers: http and https only, redirects are not followed, the addresses connected to are the
 * ones that were checked, and each phase has its own patience. Failures are `DomainError`s.
 */
export const modelFetch =
  (patience: Timeouts): typeof fetch =>
  (input, init = {}) =>
    new Promise<Response>((resolve, reject) => {
      const url = new URL(input instanceof Request ? input.url : input);
      if (url.protocol !== 'http:' && url.protocol !== 'https:') throw modelErrors.unreachable();
      requireAllowedHost(url);
      const { signal } = init;
      if (signal?.aborted) throw aborted();

      const secure = url.protocol === 'https:';
      const request: ClientRequest = (secure ? https : http).request(url, {
        method: init.method ?? 'GET',
        headers: outgoing(new Headers(init.headers)),
        lookup: checkedLookup(),
        // A kept connection may be closed by the other side just when it is used again.
        agent: false,
      });
      let failBody: ((error: Error) => void) | undefined;
      const fail = (error: Error) => {
        if (failBody) failBody(error);
        else reject(error);
        request.destroy();
      };
      const abort = () => fail(aborted());
      let timer = setTimeout(() => fail(modelErrors.slowToConnect()), patience.connectMs);
      const wait = (ms: number, then: () => Error) => {
        clearTimeout(timer);
        timer = setTimeout(() => fail(then()), ms);
      };

      signal?.addEventListener('abort', abort, { once: true });
      request.on('socket', (socket) => {
        socket.once(secure ? 'secureConnect' : 'connect', () =>
          wait(patience.firstByteMs, modelErrors.slowToAnswer),
        );
      });
      request.on('error', (error) => fail(connectionError(error)));
      // Nobody asked it to change the protocol, and no answer would ever follow.
      request.on('upgrade', (_answer, socket) => {
        socket.destroy();
        fail(modelErrors.notUnderstood());
      });
      request.on('close', () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      });
      request.on('response', (answer) => {
        wait(patience.idleMs, modelErrors.silent);
        answer.on('data', () => timer.refresh());
        const status = answer.statusCode ?? 0;
        if (status < 200 || status > 599) {
          fail(modelErrors.notUnderstood());
          return;
        }
        const body = withoutBody.has(status) ? null : bodyOf(answer, (failIt) => (failBody = failIt));
        if (body === null) answer.resume();
        resolve(new Response(body, { status, headers: headersOf(answer) }));
      });
      request.end(init.body as string | undefined);
    });
