import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { APIError } from 'openai';
import { elementsOf, parseJson } from './boundedJson.ts';
import { EventDecoder, eventBytesMax } from './eventDecoder.ts';
import { GrowingBytes } from './growingBytes.ts';
import { modelErrors } from './modelErrors.ts';

/** Bytes of a list of models. The longest lists have a few hundred kilobytes. */
const listBytesMax = 4_000_000;
/** Characters of one element of a list. Entries with long descriptions have a few kilobytes. */
const elementCharsMax = 64_000;
/** Bytes of one answer in all. The longest one has about 100 MB in events of one token each. */
const answerBytesMax = 256_000_000;
/** Milliseconds of work on one response before other requests get their turn. */
const turnMs = 10;

/** Returns a function to call between steps of long work: it yields to the event loop when a turn is over. */
function createTurns(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < turnMs) return undefined;
    return yieldToEventLoop().then(() => void (since = performance.now()));
  };
}

function bodyOf({ body }: Response): AsyncIterable<Uint8Array> {
  if (!body) throw modelErrors.unexpectedResponse();
  return body as AsyncIterable<Uint8Array>;
}

/** Returns the text of a body. Throws if it is larger than `bytesMax`. */
async function readText(response: Response, bytesMax: number): Promise<string> {
  const all = new GrowingBytes();
  for await (const bytes of bodyOf(response)) {
    if (all.length + bytes.length > bytesMax) throw modelErrors.unexpectedResponse();
    all.append(bytes);
  }
  return all.takeText().replace(/^\ufeff/, '');
}

/** Returns the JSON of a response without a stream. Throws if it is not valid or too large. */
export const readJson = async (response: Response): Promise<unknown> =>
  parseJson(await readText(response, eventBytesMax));

/** Returns the elements of the `data` of a response. Throws if it is not valid or too large. */
export async function* readList(response: Response): AsyncGenerator<unknown> {
  const turns = createTurns();
  for (const element of elementsOf(await readText(response, listBytesMax), 'data')) {
    await turns();
    if (element.length > elementCharsMax) throw modelErrors.unexpectedResponse();
    yield parseJson(element);
  }
}

/** Returns the chunks of a streamed response until it ends. Throws if the server reports an error or sends too much. */
export async function* readChunks(response: Response, bytesMax = answerBytesMax): AsyncGenerator<unknown> {
  const decoder = new EventDecoder();
  const turns = createTurns();
  let received = 0;
  for await (const bytes of bodyOf(response)) {
    received += bytes.length;
    if (received > bytesMax) throw modelErrors.answerTooLarge();
    await turns();
    // One piece may hold thousands of events.
    for (const data of decoder.push(bytes)) {
      await turns();
      if (data.startsWith('[DONE]')) return;
      // Some proxies keep the connection open with empty events.
      if (data.trim() === '') continue;
      const chunk = parseJson(data);
      const { error } = (chunk ?? {}) as { error?: object };
      if (error) throw new APIError(undefined, error, undefined, undefined);
      yield chunk;
    }
  }
}
