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
  /** Between two pieces of text of an answer, whatever else the server sends to keep the connection open. */
  silentMs: number;
}
export const defaultTimeouts: Timeouts = {
  connectMs: 10_000,
  firstByteMs: 300_000,
  idleMs: 300_000,
  silentMs: 1_800_000,
};
/** Returns the timeouts of a request for a list of models, which ends after `ms` in any case. */
export const listTimeouts = (ms: number): Timeouts => ({
  connectMs: ms,
  firstByteMs: ms,
  idleMs: ms,
  silentMs: ms,
});

/** Bytes read of the body of an error. Its message has a few hundred. */
const errorBytesMax = 64_000;

/** Passes the body through, with its errors in the terms of users. The body of an error is cut off. */
async function* piecesOf(body: AsyncIterable<Buffer>, isError: boolean): AsyncGenerator<Buffer> {
  let room = isError ? errorBytesMax : Infinity;
  try {
    for await (const bytes of body) {
      yield bytes.length > room ? bytes.subarray(0, room) : bytes;
      room -= bytes.length;
      if (room <= 0) return;
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
  return new Response(toStream(piecesOf(body, statusCode >= 300)), init);
}

/**
 * Returns a `fetch` for model servers: http and https only, no redirects, connects only to checked addresses, and each
 * phase has its own timeout. Throws `DomainError`, except when the signal is aborted. The OpenAI client reads the bodies
 * of errors itself, so they are bounded here; the readers in `modelResponses.ts` bound the others.
 */
export function modelFetch({ connectMs, firstByteMs, idleMs }: Omit<Timeouts, 'silentMs'>): typeof fetch {
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
