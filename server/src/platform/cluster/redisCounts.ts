import type { Logger } from '../log.ts';
import { MemoryCounts, type Counts } from './counts.ts';
import type { RedisClient, RedisLink } from './redisLink.ts';

/** Milliseconds after which Redis drops what a node holds that no longer runs. */
const lifetimeMs = 30_000;
/** Milliseconds between two renewals. */
const renewalMs = 10_000;

/**
 * Counts of several nodes: each one writes what it holds to a hash of its own in Redis, and adds what the others wrote. A node
 * that cannot reach Redis knows its own part only, and writes all of it when it can again.
 */
export class RedisCounts implements Counts {
  #link: RedisLink;
  #nodeId: string;
  #log: Logger;
  #own = new MemoryCounts();
  #timer: NodeJS.Timeout;

  constructor(link: RedisLink, nodeId: string, log: Logger) {
    this.#link = link;
    this.#nodeId = nodeId;
    this.#log = log;
    this.#timer = setInterval(() => this.#writeAll(), renewalMs).unref();
    link.on('flushed', () => this.#writeAll());
    link.on('connection', (isConnected) => isConnected && this.#writeAll());
  }

  change(name: string, by: 1 | -1): void {
    this.#own.change(name, by);
    // The number itself, so that a lost write is corrected by the next one.
    const held = String(this.#own.held(name));
    this.#write((redis) => redis.hSet(this.#hashOf(this.#nodeId), name, held));
  }

  async totals(names: string[]): Promise<number[]> {
    const own = names.map((name) => this.#own.held(name));
    if (names.length === 0 || !this.#link.isConnected) return own;
    try {
      const others = await this.#link.run((redis) => this.#heldByOthers(redis, names));
      return own.map((held, i) => others.reduce((sum, counts) => sum + Number(counts[i] ?? 0), held));
    } catch {
      return own;
    }
  }

  /** Removes what this node holds. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#link
      .run(async (redis) => {
        await redis.del(this.#hashOf(this.#nodeId));
        await redis.sRem(this.#nodes, this.#nodeId);
      })
      .catch(() => undefined);
  }

  async #heldByOthers(redis: RedisClient, names: string[]): Promise<(string | null)[][]> {
    const nodes = await redis.sMembers(this.#nodes);
    const others = nodes.filter((nodeId) => nodeId !== this.#nodeId);
    return Promise.all(others.map((nodeId) => redis.hmGet(this.#hashOf(nodeId), names)));
  }

  #writeAll(): void {
    if (!this.#link.isConnected) return;
    this.#write(async (redis) => {
      await this.#forgetGoneNodes(redis);
      const hash = this.#hashOf(this.#nodeId);
      const replacement = redis.multi().del(hash);
      // Read now: what changes later is sent later.
      for (const [name, held] of this.#own.entries()) replacement.hSet(hash, name, String(held));
      await replacement.exec();
    });
  }

  async #forgetGoneNodes(redis: RedisClient): Promise<void> {
    for (const nodeId of await redis.sMembers(this.#nodes)) {
      if (nodeId === this.#nodeId || (await redis.exists(this.#hashOf(nodeId)))) continue;
      await redis.sRem(this.#nodes, nodeId);
    }
  }

  #write(command: (redis: RedisClient) => Promise<unknown>): void {
    this.#link
      .run(async (redis) => {
        await command(redis);
        await redis.pExpire(this.#hashOf(this.#nodeId), lifetimeMs);
        await redis.sAdd(this.#nodes, this.#nodeId);
      })
      .catch((error: unknown) => this.#log.debug({ err: error }, 'a count was not shared'));
  }

  get #nodes(): string {
    return this.#link.keyOf('counts');
  }

  #hashOf(nodeId: string): string {
    return this.#link.keyOf(`counts:${nodeId}`);
  }
}
