import { MemoryStore, type ClientRateLimitInfo, type Options, type Store } from 'express-rate-limit';
import { RedisStore } from 'rate-limit-redis';
import type { RedisLink } from './redisLink.ts';

/** Counts in Redis for all nodes, and on this node as well: the own count applies while Redis cannot be reached. */
export class SharedCounter implements Store {
  /** Tells the library that counters of different names do not count the same. */
  readonly prefix: string;
  readonly localKeys = false;
  #here = new MemoryStore();
  #shared: RedisStore;
  #link: RedisLink;
  #options: Options | undefined;
  #initialized: Promise<void> | undefined;

  constructor(link: RedisLink, name: string) {
    this.#link = link;
    this.prefix = link.keyOf(`rate:${name}:`);
    this.#shared = new RedisStore({
      prefix: this.prefix,
      sendCommand: (...command) => link.run((redis) => redis.sendCommand(command)),
    });
  }

  init(options: Options): void {
    this.#options = options;
    this.#here.init(options);
  }

  async increment(key: string): Promise<ClientRateLimitInfo> {
    const here = await this.#here.increment(key);
    const shared = await this.#try((store) => store.increment(key));
    return shared && shared.totalHits > here.totalHits ? shared : here;
  }

  async decrement(key: string): Promise<void> {
    await this.#here.decrement(key);
    await this.#try((store) => store.decrement(key));
  }

  async resetKey(key: string): Promise<void> {
    await this.#here.resetKey(key);
    await this.#try((store) => store.resetKey(key));
  }

  /** Returns undefined while Redis cannot be reached. */
  async #try<T>(command: (store: RedisStore) => Promise<T>): Promise<T | undefined> {
    if (!this.#link.isConnected) return undefined;
    try {
      await this.#initialize();
      return await command(this.#shared);
    } catch {
      return undefined;
    }
  }

  /** Loads the scripts of the library, again if it failed before. */
  #initialize(): Promise<void> {
    this.#initialized ??= this.#shared.init(this.#options!).catch((error: unknown) => {
      this.#initialized = undefined;
      throw error;
    });
    return this.#initialized;
  }
}
