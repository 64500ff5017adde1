import { limits } from '#shared/limits';
import type { InstanceUsage, OwnUsage, PersonUsage, UsageLimits } from '#shared/usage';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeCursor, encodeCursor, page } from '../../platform/db/cursor.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import { countNames } from '../../platform/cluster/counts.ts';
import { socketsPerPerson } from '../../platform/sockets/socketCounts.ts';
import type { PersonTotal, StorageQueries } from '../chats/storage.queries.ts';
import type { StorageService } from './storage.service.ts';
import type { UsageQueries } from './usage.queries.ts';

/** Milliseconds a request waits for storage that is not counted yet. Counting continues after it. */
const countWaitMs = 1_000;
/** Milliseconds for which further pages are taken from the list that the first page was taken from. */
const listLifetimeMs = 60_000;

interface Parts {
  queries: UsageQueries;
  storageQueries: StorageQueries;
  storage: StorageService;
}
interface List {
  people: PersonTotal[];
  readAt: number;
}
type Total = Pick<InstanceUsage, 'runningAnswers' | 'sockets' | 'imports'>;

const bySize = (a: PersonTotal, b: PersonTotal) => b.bytes - a.bytes || (a.id < b.id ? -1 : 1);

/** What people and the whole instance use, for admins, and for people what they use themselves. */
export class UsageService {
  #platform: Platform;
  #parts: Parts;
  #list: List | undefined;

  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
  }

  async own(actor: Actor): Promise<OwnUsage> {
    const { storage } = this.#parts;
    const limitBytes = storage.limits.person;
    if (limitBytes === null) return { storage: null };
    return { storage: { bytes: await storage.ofPerson(actor.id), limitBytes } };
  }

  /** Returns the instance and a page of people, those with most storage first. */
  async overview({ cursor, limit }: { cursor?: string; limit: number }) {
    const after = cursor ? (decodeCursor(cursor, 'number', 'string') as [number, string]) : undefined;
    const people = await this.#people(after !== undefined);
    const start = after
      ? people.findIndex((person) => bySize({ bytes: after[0], id: after[1] }, person) < 0)
      : 0;
    const { items, nextCursor } = page(
      start < 0 ? [] : people.slice(start, start + limit + 1),
      limit,
      (person) => person,
      ({ bytes, id }) => encodeCursor(bytes, id),
    );
    const answers = await this.#parts.queries.runningAnswers();
    return {
      items: await this.#present(items, answers),
      nextCursor,
      instance: await this.#instance(people, answers),
      limits: this.#limits(),
    };
  }

  /** Returns everyone by storage; the list of an earlier page if it is recent enough. */
  async #people(isFurtherPage: boolean): Promise<PersonTotal[]> {
    const { storage } = this.#parts;
    const now = this.#platform.now();
    if (isFurtherPage && this.#list && now - this.#list.readAt < listLifetimeMs) return this.#list.people;
    await Promise.race([storage.countAll(), sleep(countWaitMs, undefined, { ref: false })]);
    const people = (await storage.everyone()).sort(bySize);
    this.#list = { people, readAt: now };
    return people;
  }

  async #present(people: PersonTotal[], answers: Map<string, number>): Promise<PersonUsage[]> {
    const rows = await this.#parts.queries.people(people.map(({ id }) => id));
    const users = new Map(rows.map((row) => [row.id, row]));
    const sockets = await this.#countsOf(people, countNames.socketsOf);
    const imports = await this.#countsOf(people, countNames.importsOf);
    return people.flatMap(({ id, bytes }, i) => {
      const user = users.get(id);
      if (!user) return [];
      const running = { sockets: sockets[i]!, imports: imports[i]!, runningAnswers: answers.get(id) ?? 0 };
      return [{ ...user, storageBytes: bytes, ...running }];
    });
  }

  #countsOf(people: PersonTotal[], nameOf: (userId: string) => string): Promise<number[]> {
    return this.#platform.cluster.counts.totals(people.map(({ id }) => nameOf(id)));
  }

  async #instance(people: PersonTotal[], answers: Map<string, number>): Promise<InstanceUsage> {
    const { storage, storageQueries } = this.#parts;
    return {
      storageBytes: people.reduce((sum, { bytes }) => sum + bytes, 0),
      storageLimitBytes: storage.limits.instance,
      uncountedChats: await storageQueries.countUncounted(),
      ...(await this.#running(answers)),
    };
  }

  async #running(answers: Map<string, number>): Promise<Total> {
    const { counts } = this.#platform.cluster;
    const [sockets = 0, imports = 0] = await counts.totals([countNames.sockets, countNames.imports]);
    let runningAnswers = 0;
    for (const count of answers.values()) runningAnswers += count;
    return { runningAnswers, sockets, imports };
  }

  #limits(): UsageLimits {
    return {
      storageBytes: this.#parts.storage.limits.person,
      runningAnswers: limits.streamsPerUser,
      sockets: socketsPerPerson(this.#platform.env.RATE_LIMIT_FACTOR),
      imports: 1,
    };
  }
}
