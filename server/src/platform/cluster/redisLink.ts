import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { createClient } from 'redis';
import { newId } from '../ids.ts';
import type { Logger } from '../log.ts';

/** Milliseconds a command may take. Redis replies within one; what waits longer waits for an outage. */
const commandTimeoutMs = 100;
/** Milliseconds between two checks of the connection. */
const checkIntervalMs = 1_000;
/** Milliseconds between two attempts to connect, at most. */
const reconnectMaxMs = 1_000;
/** Milliseconds without a reply after which a connection is replaced: its peer may be gone without having closed it. */
const replacedAfterMs = 10_000;
/** Milliseconds a start waits for Redis before it goes on without. */
const startTimeoutMs = 2_000;
/** Milliseconds before a failed read of a stream is repeated. */
const readRetryMs = 200;

export type RedisClient = ReturnType<typeof createClient>;

/** Redis cannot be reached now. Callers go on without it. */
export class RedisUnavailable extends Error {
  constructor() {
    super('Redis cannot be reached.');
    this.name = 'RedisUnavailable';
  }
}

/** A timer that expires only after what has already arrived was read, so that a busy event loop looks like no outage. */
function expiry(ms: number): { expired: Promise<never>; clear: () => void } {
  let timer: NodeJS.Timeout;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => setImmediate(() => setImmediate(() => reject(new RedisUnavailable()))), ms);
  });
  expired.catch(() => undefined);
  return { expired, clear: () => clearTimeout(timer) };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const timer = expiry(ms);
  try {
    return await Promise.race([work, timer.expired]);
  } finally {
    timer.clear();
  }
}

/**
 * The connection to Redis. While Redis cannot be reached, commands are refused at once, and no caller waits longer than
 * `commandTimeoutMs`. Emits `connection` with a boolean when that changes, `flushed` when Redis lost its data, and
 * `command` after each command.
 */
export class RedisLink extends EventEmitter<{
  connection: [boolean];
  flushed: [];
  command: [ms: number, result: 'done' | 'failed'];
}> {
  #connect: () => RedisClient;
  #client: RedisClient;
  #prefix: string;
  #log: Logger;
  #isConnected = false;
  #lastReplyAt = performance.now();
  #epoch: string | undefined;
  #timer: NodeJS.Timeout;
  #checking: Promise<void> | undefined;
  #readers = new Set<StreamReader>();

  private constructor(connect: () => RedisClient, prefix: string, log: Logger) {
    super();
    this.#connect = connect;
    this.#client = connect();
    this.#prefix = prefix;
    this.#log = log;
    this.#timer = setInterval(() => void this.check(), checkIntervalMs).unref();
  }

  /** Connects. Resolves when Redis replies, or after a while without it. */
  static async open(url: string, prefix: string, log: Logger): Promise<RedisLink> {
    // Loaded here, so that a single node does not need it.
    const { createClient } = await import('redis');
    const connect = () => {
      const client = createClient({
        url,
        disableOfflineQueue: true,
        socket: {
          connectTimeout: startTimeoutMs,
          reconnectStrategy: (attempts) => Math.min(50 * 2 ** attempts, reconnectMaxMs),
        },
      });
      client.on('error', (error: unknown) => log.debug({ err: error }, 'the connection to Redis failed'));
      client.connect().catch((error: unknown) => log.debug({ err: error }, 'connecting to Redis failed'));
      return client as unknown as RedisClient;
    };
    const link = new RedisLink(connect, prefix, log);
    const deadline = performance.now() + startTimeoutMs;
    await link.check();
    while (!link.isConnected && performance.now() < deadline) {
      await sleep(readRetryMs / 4);
      await link.check();
    }
    if (!link.isConnected) log.warn('Redis cannot be reached. Live updates between nodes are paused.');
    return link;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  keyOf(name: string): string {
    return `${this.#prefix}:${name}`;
  }

  /** Runs a command. Throws `RedisUnavailable` at once while Redis cannot be reached, otherwise within 100 ms. */
  async run<T>(command: (client: RedisClient) => Promise<T>): Promise<T> {
    if (!this.#isConnected) throw new RedisUnavailable();
    return this.#send(command);
  }

  /** Opens a connection of its own for a reader: blocking reads hold up what follows them on their connection. */
  reader(): StreamReader {
    const reader = new StreamReader(this.#connect);
    this.#readers.add(reader);
    return reader;
  }

  /** Asks Redis whether it is there and still has its data. */
  check(): Promise<void> {
    this.#checking ??= this.#check().finally(() => (this.#checking = undefined));
    return this.#checking;
  }

  close(): void {
    clearInterval(this.#timer);
    for (const reader of this.#readers) reader.close();
    this.#client.destroy();
  }

  async #send<T>(command: (client: RedisClient) => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      const reply = await within(commandTimeoutMs, command(this.#client));
      this.#lastReplyAt = performance.now();
      this.emit('command', this.#lastReplyAt - startedAt, 'done');
      return reply;
    } catch (error) {
      this.emit('command', performance.now() - startedAt, 'failed');
      this.#setConnected(false);
      throw error instanceof RedisUnavailable
        ? error
        : Object.assign(new RedisUnavailable(), { cause: error });
    }
  }

  async #check(): Promise<void> {
    const key = this.keyOf('epoch');
    try {
      const epoch = await this.#send(async (client) => {
        await client.set(key, newId(), { condition: 'NX' });
        return client.get(key);
      });
      const isFlushed = this.#epoch !== undefined && epoch !== this.#epoch;
      // Null when Redis was emptied between the two commands: the next check will find another value again.
      this.#epoch = epoch ?? '';
      this.#setConnected(true);
      if (isFlushed) this.emit('flushed');
    } catch {
      if (performance.now() - this.#lastReplyAt > replacedAfterMs) this.#replaceClient();
    }
  }

  #replaceClient(): void {
    this.#lastReplyAt = performance.now();
    this.#client.destroy();
    this.#client = this.#connect();
  }

  #setConnected(isConnected: boolean): void {
    if (isConnected === this.#isConnected) return;
    this.#isConnected = isConnected;
    if (isConnected) this.#log.info('connected to Redis');
    else this.#log.warn('Redis cannot be reached. Live updates between nodes are paused.');
    this.emit('connection', isConnected);
  }
}

interface StreamEntry {
  id: string;
  message: Record<string, string>;
}

/** Reads streams over a connection of its own. */
export class StreamReader {
  #connect: () => RedisClient;
  #client: RedisClient;
  #isClosed = false;
  /** The last entry of each stream when its reading began. */
  #starts = new Map<string, string>();

  constructor(connect: () => RedisClient) {
    this.#connect = connect;
    this.#client = connect();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Waits up to `blockMs` for entries after `id`; `$` means those from the first call on. Returns none when there are
   * none or Redis cannot be reached.
   */
  async read(stream: string, id: string, { count, blockMs }: { count: number; blockMs: number }) {
    try {
      const from = id === '$' ? await this.#startOf(stream) : id;
      const reading = this.#client.xRead({ key: stream, id: from }, { COUNT: count, BLOCK: blockMs });
      const reply = (await within(blockMs + replacedAfterMs, reading)) as
        { messages: StreamEntry[] }[] | null;
      return reply?.[0]?.messages ?? [];
    } catch (error) {
      if (error instanceof RedisUnavailable && !this.#isClosed) this.#replaceClient();
      // Without a pause, a Redis that refuses commands would be asked without end.
      await sleep(readRetryMs);
      return [];
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#client.destroy();
  }

  async #startOf(stream: string): Promise<string> {
    const known = this.#starts.get(stream);
    if (known !== undefined) return known;
    const newest = this.#client.xRevRange(stream, '+', '-', { COUNT: 1 });
    const start = (await within(replacedAfterMs, newest))?.[0]?.id ?? '0-0';
    this.#starts.set(stream, start);
    return start;
  }

  #replaceClient(): void {
    this.#client.destroy();
    this.#client = this.#connect();
  }
}
