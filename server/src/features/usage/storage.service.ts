import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Platform } from '../../platform/platform.ts';
import { rowBytes, type StorageGuard } from '../chats/chats.contract.ts';
import type { PersonTotal, StorageQueries, UncountedChat } from '../chats/storage.queries.ts';
import { readTree } from '../messages/longChats.service.ts';
import type { MessageQueries } from '../messages/messages.queries.ts';
import { limitBytes, Space } from './space.ts';

/** Chats, messages and people counted between two pauses: a few milliseconds of work. A longer chat is paged. */
const slice = { chats: 100, messages: 1_000, people: 200 };
/** Milliseconds for which the storage of the instance is not counted again: it may be exceeded by what is written meanwhile. */
const instanceTotalMs = 60_000;

interface Parts {
  queries: StorageQueries;
  messages: MessageQueries;
}

/**
 * How much people store. Writing messages counts nothing: a chat is counted when its owner's storage is needed and the chat
 * has changed since the last time.
 */
export class StorageService implements StorageGuard {
  /** Bytes for each person and for all together; null: no limit. */
  readonly limits: { person: number | null; instance: number | null };
  #platform: Platform;
  #parts: Parts;
  #isStopping = false;
  #countingAll: Promise<void> | undefined;
  #refreshing: Promise<void> | undefined;
  #instance = { bytes: 0, countedAt: -Infinity };

  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
    const { STORAGE_LIMIT_MB, INSTANCE_STORAGE_LIMIT_MB } = platform.env;
    this.limits = { person: limitBytes(STORAGE_LIMIT_MB), instance: limitBytes(INSTANCE_STORAGE_LIMIT_MB) };
  }

  /** Ends counting. Call before the database closes. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all([this.#countingAll, this.#refreshing]);
  }

  async requireSpace(userId: string, bytes: number): Promise<void> {
    const { person, instance } = this.limits;
    if (person === null && instance === null) return;
    (await this.space(userId)).require(bytes);
  }

  async space(userId: string): Promise<Space> {
    const { person, instance } = this.limits;
    if (instance !== null) this.#refreshInstance();
    return new Space(
      person === null ? null : { used: await this.ofPerson(userId), limit: person },
      instance === null ? null : { used: this.#instance.bytes, limit: instance },
    );
  }

  async ofPerson(userId: string): Promise<number> {
    await this.#count(userId);
    return this.#parts.queries.total(userId);
  }

  /** Counts every chat that has changed, on one node at a time. Takes seconds the first time, and is logged when it fails. */
  countAll(): Promise<void> {
    const { leases } = this.#platform.cluster;
    this.#countingAll ??= this.#guarded(() => leases.run('storage:count', () => this.#count(null))).finally(
      () => (this.#countingAll = undefined),
    );
    return this.#countingAll;
  }

  /** Returns the storage of everyone as counted last, without deleted people who left nothing. */
  async everyone(): Promise<PersonTotal[]> {
    const people: PersonTotal[] = [];
    let page: Awaited<ReturnType<StorageQueries['totals']>> = [];
    do {
      page = await this.#parts.queries.totals(page.at(-1)?.id ?? '', slice.people);
      for (const { id, bytes, isDeleted } of page) if (!isDeleted || bytes > 0) people.push({ id, bytes });
      await yieldToEventLoop();
    } while (page.length === slice.people && !this.#isStopping);
    return people;
  }

  /** Nobody waits for it: until it is counted, the last total applies. */
  #refreshInstance(): void {
    const now = this.#platform.now();
    if (now - this.#instance.countedAt < instanceTotalMs) return;
    this.#instance.countedAt = now;
    this.#refreshing = this.#guarded(async () => {
      await this.countAll();
      const people = await this.everyone();
      this.#instance.bytes = people.reduce((sum, { bytes }) => sum + bytes, 0);
    });
  }

  async #guarded(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#platform.log.warn({ err: error }, 'counting the storage failed');
    }
  }

  /** Counts the chats of one person, or of everyone, that have changed since they were counted. */
  async #count(userId: string | null): Promise<void> {
    const { queries } = this.#parts;
    let after: UncountedChat | null = null;
    while (!this.#isStopping) {
      const page: UncountedChat[] = await queries.uncounted(userId, after, slice.chats);
      for (const chats of slicesOf(page)) {
        await this.#countSlice(chats);
        await yieldToEventLoop();
      }
      after = page.at(-1) ?? null;
      if (page.length < slice.chats) return;
    }
  }

  async #countSlice(chats: UncountedChat[]): Promise<void> {
    const { queries } = this.#parts;
    const short = chats.filter(({ messageCount }) => messageCount <= slice.messages);
    const texts = await queries.messageBytes(short.map(({ id }) => id));
    const counted = [];
    for (const chat of chats) {
      const text = short.includes(chat) ? (texts.get(chat.id) ?? 0) : await this.#bytesOfLongChat(chat.id);
      counted.push({ id: chat.id, version: chat.version, before: chat.before, bytes: chat.ownBytes + text });
    }
    await queries.setCounted(counted);
  }

  async #bytesOfLongChat(chatId: string): Promise<number> {
    const nodes = await readTree(this.#parts.messages, chatId);
    return nodes.reduce((sum, { bytes }) => sum + bytes + rowBytes.message, 0);
  }
}

/** Yields chats that together have about as many messages as one slice. */
function* slicesOf(chats: UncountedChat[]): Generator<UncountedChat[]> {
  let part: UncountedChat[] = [];
  let messages = 0;
  for (const chat of chats) {
    if (part.length > 0 && messages + chat.messageCount > slice.messages) {
      yield part;
      part = [];
      messages = 0;
    }
    part.push(chat);
    messages += chat.messageCount;
  }
  if (part.length > 0) yield part;
}
