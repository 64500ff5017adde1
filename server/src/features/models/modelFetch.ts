import { Agent, request, type Dispatcher } from 'undici';
import { checkedLookup, requireAllowedHost } from './addressGuard.ts';
import { connectionError, modelErrors, streamError } from './modelErrors.ts';

/** How long each phase of a request to a model server may take, in milliseconds. */
export interface Timeouts {
  /** Host lookup, TCP and TLS. */
  connectMs: number;
  /** Until the response headers: a large model may have to be loaded first. */
  firstByteMs: number;
  /** Between two pieces of the body: some servers send nothing while a model reasons. */
  idleMs: number;
}
export const defaultTimeouts: Timeouts = { connectMs: 10_000, firstByteMs: 300_000, idleMs: 300_000 };

/** Bytes of a plain response, or of one event of a stream. The longest lists of models have a few hundred kilobytes. */
const bufferedBytesMax = 10_000_000;

/** Returns the number of bytes after the last blank line, which ends an event; undefined if there is none. */
function bytesSinceEvent(bytes: Buffer): number | undefined {
  const end = Math.max(bytes.lastIndexOf('\n\n'), bytes.lastIndexOf('\r\n\r\n'));
  return end === -1 ? undefined : bytes.length - end;
}

/** Passes the body through. Readers keep a plain response, or the current event, in memory, so its size is limited. */
async function* limited(body: AsyncIterable<Buffer>, isEventStream: boolean): AsyncGenerator<Buffer> {
  let buffered = 0;
  try {
    for await (const bytes of body) {
      buffered = (isEventStream ? bytesSinceEvent(bytes) : undefined) ?? buffered + bytes.length;
      if (buffered > bufferedBytesMax) throw modelErrors.unexpectedResponse();
      yield bytes;
    }
  } catch (error) {
    throw streamError(error);
  }
}

/** Like `ReadableStream.from`, which the types of browsers lack. Reads a piece only when it is requested. */
const toStream = (pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> =>
  new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const piece = await pieces.next();
        if (piece.done) controller.close();
        else controller.enqueue(piece.value);
      },
      async cancel() {
        await pieces.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );

/** Returns the headers of the OpenAI client, except those that describe the machine it runs on. */
const requestHeaders = (headers: Headers): Record<string, string> => ({
  ...Object.fromEntries([...headers].filter(([name]) => !name.startsWith('x-stainless-'))),
  'accept-encoding': 'identity',
});

const withoutBody = new Set([204, 205, 304]);

function toResponse({ statusCode, headers, body }: Dispatcher.ResponseData): Response {
  // Readers of the body get its errors. Without a reader, an error must not end the process.
  body.on('error', () => undefined);
  if (statusCode > 599) {
    body.destroy();
    throw modelErrors.unexpectedResponse();
  }
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((single): [string, string] => [name, single]),
  );
  const init = { status: statusCode, headers: pairs };
  if (withoutBody.has(statusCode)) {
    body.resume();
    return new Response(null, init);
  }
  const isEventStream = /^text\/event-stream\b/i.test(String(headers['content-type'] ?? ''));
  return new Response(toStream(limited(body, isEventStream)), init);
}

/**
 * Returns a `fetch` for model servers: http and https only, no redirects, connects only to checked addresses, and each
 * phase has its own timeout. Throws `DomainError`, except when the signal is aborted.
 */
export function modelFetch({ connectMs, firstByteMs, idleMs }: Timeouts): typeof fetch {
  const dispatcher = new Agent({
    connect: { lookup: checkedLookup(), timeout: connectMs },
    headersTimeout: firstByteMs,
    bodyTimeout: idleMs,
    // No keep-alive: the server may close a kept connection at the moment it is used again.
    pipelining: 0,
  });
  return async (input, { method = 'GET', headers, body, signal } = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') throw modelErrors.unreachable();
    requireAllowedHost(url);
    try {
      return toResponse(
        await request(url, {
          dispatcher,
          method,
          headers: requestHeaders(new Headers(headers)),
          body: body as string | undefined,
          signal,
        }),
      );
    } catch (error) {
      throw connectionError(error);
    }
  };
}
