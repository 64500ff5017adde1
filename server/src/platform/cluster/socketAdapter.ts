import type { RedisLink } from './redisLink.ts';

/** Entries that are kept for nodes that read slowly. Most are small: the latest words of an answer. */
const entriesMax = 5_000;

type XReadArguments = [streams: { key: string; id: string }[], options: { COUNT: number; BLOCK: number }];
type XAddArguments = [stream: string, id: string, fields: Record<string, string>, options: object];

/**
 * Creates the Socket.io adapter that carries rooms between nodes. Its client goes through our link: an event waits at
 * most 100 ms for Redis, and reading goes on where it stopped after an outage.
 */
export async function createSocketAdapter(link: RedisLink) {
  const { createAdapter } = await import('@socket.io/redis-streams-adapter');
  const client = {
    // The adapter recognizes the library by this method.
    sSubscribe() {},
    duplicate: () => readingClient(link),
    xAdd: (...[stream, id, fields, options]: XAddArguments) =>
      link.run((redis) => redis.xAdd(stream, id, fields, options)),
  };
  return createAdapter(client, { streamName: link.keyOf('sockets'), maxLen: entriesMax });
}

function readingClient(link: RedisLink) {
  let reader: ReturnType<RedisLink['reader']> | undefined;
  return {
    sSubscribe() {},
    on() {},
    connect: () => Promise.resolve(),
    // Used by the adapter for acknowledgements of broadcasts, which Parley does not send.
    subscribe: () => Promise.resolve(),
    async xRead(...[[stream], { COUNT: count, BLOCK: blockMs }]: XReadArguments) {
      reader ??= link.reader();
      const messages = await reader.read(stream!.key, stream!.id, { count, blockMs });
      // The adapter reads on until the socket server closes, which may never have been created.
      if (reader.isClosed) await new Promise(() => undefined);
      return messages.length > 0 ? [{ messages }] : null;
    },
    disconnect: () => reader?.close(),
  };
}
