import { MemoryCounts, type Counts } from './counts.ts';
import type { RedisClient, RedisLink } from './redisLink.ts';

/** Milliseconds after which the counts of a node that is gone no longer apply. */
const validMs = 30_000;
/** Milliseconds between two announcements of everything this node holds. */
const announceIntervalMs = 10_000;
/** Milliseconds for which the list of nodes is reused. */
const nodesValidMs = 1_000;

/**
 * Counts of several nodes: each writes what it holds to a hash of its own in Redis, with a time after which the hash no
 * longer applies. Values are absolute, so that a write that is lost or repeated does no harm for long.
 */
export class SharedCounts implements Counts {
  #own = new MemoryCounts();
  #link: RedisLink;
  #nodeId: string;
  #timer: NodeJS.Timeout;
  #others: { ids: string[]; readAt: number } = { ids: [], readAt: -Infinity };

  constructor(link: RedisLink, nodeId: string) {
    this.#link = link;
    this.#nodeId = nodeId;
    this.#timer = setInterval(() => void this.#announce(), announceIntervalMs).unref();
    link.on('connection', (isConnected) => isConnected && void this.#announce());
    link.on('flushed', () => void this.#announce());
    void this.#announce();
  }

  change(name: string, by: 1 | -1): void {
    this.#own.change(name, by);
    const held = this.#own.held(name);
    void this.#try<unknown>((redis) =>
      held > 0
        ? redis.hSet(this.#keyOf(this.#nodeId), name, held)
        : redis.hDel(this.#keyOf(this.#nodeId), name),
    );
  }

  async totals(names: string[]): Promise<number[]> {
    const totals = await this.#own.totals(names);
    for (const held of await this.#heldByOthers(names)) {
      held.forEach((count, i) => (totals[i]! += Number(count ?? 0)));
    }
    return totals;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#try<unknown>((redis) =>
      redis.multi().zRem(this.#nodesKey, this.#nodeId).del(this.#keyOf(this.#nodeId)).exec(),
    );
  }

  async #heldByOthers(names: string[]): Promise<(string | null)[][]> {
    const replies = await this.#try(async (redis) => {
      if (performance.now() - this.#others.readAt > nodesValidMs) {
        const ids = await redis.zRangeByScore(this.#nodesKey, Date.now(), '+inf');
        this.#others = { ids: ids.filter((id) => id !== this.#nodeId), readAt: performance.now() };
      }
      return Promise.all(this.#others.ids.map((id) => redis.hmGet(this.#keyOf(id), names)));
    });
    return replies ?? [];
  }

  /** Writes everything again: Redis may have lost it, and removes what is not renewed. */
  async #announce(): Promise<void> {
    const key = this.#keyOf(this.#nodeId);
    await this.#try<unknown>((redis) => {
      const commands = redis.multi().del(key);
      for (const [name, held] of this.#own.entries()) commands.hSet(key, name, held);
      return commands
        .pExpire(key, validMs)
        .zAdd(this.#nodesKey, { score: Date.now() + validMs, value: this.#nodeId })
        .zRemRangeByScore(this.#nodesKey, 0, Date.now() - validMs)
        .exec();
    });
  }

  /** Returns undefined while Redis cannot be reached: then each node counts what it holds itself. */
  #try<T>(command: (client: RedisClient) => Promise<T>): Promise<T | undefined> {
    return this.#link.run<T>(command).catch(() => undefined);
  }

  get #nodesKey(): string {
    return this.#link.keyOf('counts');
  }

  #keyOf(nodeId: string): string {
    return this.#link.keyOf(`counts:${nodeId}`);
  }
}
