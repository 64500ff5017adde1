import type { Store as CounterStore } from 'express-rate-limit';
import type { Store } from '../db/store.ts';
import { newId } from '../ids.ts';
import type { Logger } from '../log.ts';
import type { RemoteSignal } from '../signals.ts';
import type { Cluster, CommandListener, Question, QuestionMap, Responder } from './cluster.ts';
import { DatabaseLeases } from './databaseLeases.ts';
import { RedisLink } from './redisLink.ts';
import { SharedCounts } from './sharedCounts.ts';
import { SharedCounter } from './sharedCounter.ts';
import { createSocketAdapter } from './socketAdapter.ts';

/** Entries that are kept for nodes that read slowly. */
const entriesMax = 1_000;
/** Milliseconds one read waits for messages. */
const blockMs = 2_000;
/** Milliseconds between two checks of what is known in memory, while other nodes cannot be reached. */
const missedIntervalMs = 5_000;

type Envelope =
  | { kind: 'signal'; signal: RemoteSignal }
  /** What the sender sent before may have been lost. */
  | { kind: 'missed' }
  | { kind: 'question'; id: string; question: Question; payload: unknown }
  | { kind: 'reply'; id: string; to: string; reply: unknown };

/** Several nodes: messages go through a stream of Redis, leases are rows of the database. */
export class RedisCluster implements Cluster {
  readonly nodeId = newId();
  readonly isShared = true;
  readonly leases: DatabaseLeases;
  readonly counts: SharedCounts;
  readonly socketAdapter: Awaited<ReturnType<typeof createSocketAdapter>>;
  #link: RedisLink;
  #log: Logger;
  #signalListeners: ((signal: RemoteSignal) => void)[] = [];
  #missedListeners: (() => Promise<void>)[] = [];
  #responders = new Map<Question, Responder<Question>>();
  #waiting = new Map<string, (reply: unknown) => void>();
  #missedTimer: NodeJS.Timeout;
  #isTelling = false;
  #mustTell = false;
  #looking = Promise.resolve();
  /** Whether the database may say that this node is cut off. */
  #isCutOff = false;

  private constructor(
    link: RedisLink,
    socketAdapter: RedisCluster['socketAdapter'],
    { store, log }: { store: Store; log: Logger },
  ) {
    this.#link = link;
    this.#log = log;
    this.socketAdapter = socketAdapter;
    this.counts = new SharedCounts(link, this.nodeId);
    this.leases = new DatabaseLeases(store, this.nodeId, log);
    this.#missedTimer = setInterval(() => {
      if (!link.isConnected) this.#tellMissed();
      this.#lookForMissed();
    }, missedIntervalMs).unref();
    link.on('flushed', () => this.#tellMissed());
    link.on('connection', (isConnected) => {
      this.#lookForMissed();
      if (!isConnected) return;
      this.#tellMissed();
      this.#send({ kind: 'missed' });
    });
    void this.#readAll();
  }

  static async open(
    { url, prefix }: { url: string; prefix: string },
    parts: { store: Store; log: Logger },
  ): Promise<RedisCluster> {
    const link = await RedisLink.open(url, prefix, parts.log);
    const cluster = new RedisCluster(link, await createSocketAdapter(link), parts);
    await cluster.leases.start();
    return cluster;
  }

  get isConnected(): boolean {
    return this.#link.isConnected;
  }

  counter(name: string): CounterStore {
    return new SharedCounter(this.#link, name);
  }

  publish(signal: RemoteSignal): void {
    this.#send({ kind: 'signal', signal });
  }

  onSignal(listener: (signal: RemoteSignal) => void): void {
    this.#signalListeners.push(listener);
  }

  async ask<Q extends Question>(
    question: Q,
    payload: QuestionMap[Q]['payload'],
    timeoutMs: number,
  ): Promise<QuestionMap[Q]['reply'] | undefined> {
    if (!this.isConnected) return undefined;
    const id = newId();
    return new Promise((resolve) => {
      const end = (reply: unknown) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(reply as QuestionMap[Q]['reply'] | undefined);
      };
      const timer = setTimeout(() => end(undefined), timeoutMs);
      this.#waiting.set(id, end);
      this.#send({ kind: 'question', id, question, payload });
    });
  }

  respond<Q extends Question>(question: Q, responder: Responder<Q>): void {
    this.#responders.set(question, responder as unknown as Responder<Question>);
  }

  onMissed(listener: () => Promise<void>): void {
    this.#missedListeners.push(listener);
  }

  onConnection(listener: (isConnected: boolean) => void): void {
    this.#link.on('connection', listener);
    this.#link.on('flushed', () => listener(true));
  }

  onCommand(listener: CommandListener): void {
    this.#link.on('command', listener);
  }

  async close(): Promise<void> {
    clearInterval(this.#missedTimer);
    await this.counts.close();
    this.#link.close();
    await this.leases.close();
  }

  #send(envelope: Envelope): void {
    const fields = { from: this.nodeId, body: JSON.stringify(envelope) };
    const trim = { TRIM: { strategy: 'MAXLEN', strategyModifier: '~', threshold: entriesMax } } as const;
    this.#link
      .run((redis) => redis.xAdd(this.#link.keyOf('messages'), '*', fields, trim))
      .catch((error: unknown) => this.#log.debug({ err: error }, 'a message to the other nodes was lost'));
  }

  async #readAll(): Promise<void> {
    const reader = this.#link.reader();
    let last = '$';
    while (!reader.isClosed) {
      const entries = await reader.read(this.#link.keyOf('messages'), last, { count: 100, blockMs });
      for (const { id, message } of entries) {
        last = id;
        if (message.from !== this.nodeId) this.#receive(message);
      }
    }
  }

  #receive({ from, body }: Record<string, string>): void {
    try {
      this.#handle(JSON.parse(body ?? '') as Envelope, from ?? '');
    } catch (error) {
      this.#log.warn({ err: error }, 'a message of another node could not be read');
    }
  }

  #handle(envelope: Envelope, from: string): void {
    if (envelope.kind === 'signal') {
      for (const listener of this.#signalListeners) listener(envelope.signal);
    } else if (envelope.kind === 'missed') {
      this.#tellMissed();
    } else if (envelope.kind === 'reply') {
      if (envelope.to === this.nodeId) this.#waiting.get(envelope.id)?.(envelope.reply);
    } else {
      void this.#reply(envelope, from);
    }
  }

  async #reply({ id, question, payload }: Extract<Envelope, { kind: 'question' }>, to: string) {
    try {
      const reply = await this.#responders.get(question)?.(payload as never);
      if (reply !== undefined) this.#send({ kind: 'reply', id, to, reply });
    } catch (error) {
      this.#log.warn({ err: error, question }, 'replying to another node failed');
    }
  }

  /** One look after the other, so that the last one leaves the database as it is now. */
  #lookForMissed(): void {
    this.#looking = this.#looking
      .then(() => this.#look())
      .catch((error: unknown) =>
        this.#log.warn({ err: error }, 'looking for missed signals failed, retrying'),
      );
  }

  /** A node that alone lost Redis says so in the database, because the others do not notice that they miss its signals. */
  async #look(): Promise<void> {
    const { isConnected } = this.#link;
    if (isConnected && (await this.leases.isAnotherCutOff())) this.#tellMissed();
    if (isConnected && !this.#isCutOff) return;
    // A write that fails may have been stored.
    this.#isCutOff = true;
    await this.leases.setCutOff(!isConnected);
    this.#isCutOff = !isConnected;
  }

  /** Calls the listeners one after the other, and once more when more may have been missed meanwhile. */
  #tellMissed(): void {
    this.#mustTell = true;
    if (!this.#isTelling) void this.#tellAll();
  }

  async #tellAll(): Promise<void> {
    this.#isTelling = true;
    while (this.#mustTell) {
      this.#mustTell = false;
      for (const listener of this.#missedListeners) {
        await listener().catch((error: unknown) =>
          this.#log.warn({ err: error }, 'checking what other nodes may have changed failed'),
        );
      }
    }
    this.#isTelling = false;
  }
}
