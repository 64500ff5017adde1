import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { MemoryStore } from 'express-rate-limit';
import type { Cluster, Question, QuestionMap, Responder } from '../../server/src/platform/cluster/cluster.ts';
import type { RemoteSignal } from '../../server/src/platform/signals.ts';
import { MemoryCounts, type Counts } from '../../server/src/platform/cluster/counts.ts';
import { liveHolders } from '../../server/src/platform/cluster/databaseLeases.ts';
import { MemoryLeases, type Leases } from '../../server/src/platform/cluster/leases.ts';
import type { Store } from '../../server/src/platform/db/store.ts';
import { newId } from '../../server/src/platform/ids.ts';
import type { Realtime } from '../../server/src/platform/sockets/realtime.ts';

/** Milliseconds for which the lease of a node is valid: longer than any test. */
const leaseMs = 3_600_000;

type SendingMethod = 'send' | 'sendToAll' | 'disconnectRoom' | 'clearRoom';
type Sending = Record<SendingMethod, (...args: never[]) => void>;

/** Connects several apps in one process, as Redis connects the nodes of an instance. */
export class MemoryHub {
  readonly leases = new MemoryLeases('hub');
  readonly #nodes = new Set<MemoryNode>();
  /** A call that is forwarded to the other nodes is not forwarded again. */
  #isForwarding = false;

  /** Returns a new node. With a store, the database knows that the node is alive, as soon as `ready` resolves. */
  node(store?: Store): MemoryNode {
    const node = new MemoryNode(this, store);
    this.#nodes.add(node);
    return node;
  }

  remove(node: MemoryNode): void {
    this.#nodes.delete(node);
  }

  /** Returns the ids of all nodes. */
  get nodeIds(): string[] {
    return [...this.#nodes].map(({ nodeId }) => nodeId);
  }

  /** Returns the nodes that a message of this one reaches. */
  reachableFrom(node: MemoryNode): MemoryNode[] {
    return node.isConnected ? [...this.#nodes].filter((other) => other !== node && other.isConnected) : [];
  }

  /** Runs `here`, then `there` on every node that can be reached. */
  forward(from: MemoryNode, here: () => void, there: (node: MemoryNode) => void): void {
    if (this.#isForwarding) return here();
    this.#isForwarding = true;
    try {
      here();
      this.reachableFrom(from).forEach(there);
    } finally {
      this.#isForwarding = false;
    }
  }
}

/** One node of a `MemoryHub`. Messages arrive in a later turn of the event loop, as copies. */
export class MemoryNode implements Cluster {
  readonly nodeId = newId();
  readonly isShared = true;
  readonly leases: Leases;
  readonly counts: Counts;
  /** `attach` connects the browsers. */
  readonly socketAdapter = undefined;
  /** Resolves when the database knows the node. */
  readonly ready: Promise<void>;
  /** Names of the questions this node asked. */
  readonly asked: Question[] = [];
  readonly #hub: MemoryHub;
  readonly #store: Store | undefined;
  readonly #signalListeners: ((signal: RemoteSignal) => void)[] = [];
  readonly #missedListeners: (() => Promise<void>)[] = [];
  readonly #connectionListeners: ((isConnected: boolean) => void)[] = [];
  readonly #responders: { [Q in Question]?: Responder<Q> } = {};
  readonly #held = new MemoryCounts();
  #sending: Sending | undefined;
  #isConnected = true;

  constructor(hub: MemoryHub, store?: Store) {
    this.#hub = hub;
    this.#store = store;
    this.leases = {
      run: (name, work) => hub.leases.run(name, work),
      liveNodes: () => (store ? liveHolders(store) : Promise.resolve(hub.nodeIds)),
      close: () => Promise.resolve(),
    };
    this.counts = {
      change: (name, by) => this.#held.change(name, by),
      totals: (names) => {
        const nodes = [this, ...hub.reachableFrom(this)];
        const total = (name: string) => nodes.reduce((sum, node) => sum + node.#held.held(name), 0);
        return Promise.resolve(names.map(total));
      },
    };
    this.ready = this.#join();
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  counter(): MemoryStore {
    return new MemoryStore();
  }

  publish(signal: RemoteSignal): void {
    for (const node of this.#hub.reachableFrom(this)) void node.#receive(structuredClone(signal));
  }

  onSignal(listener: (signal: RemoteSignal) => void): void {
    this.#signalListeners.push(listener);
  }

  async ask<Q extends Question>(
    question: Q,
    payload: QuestionMap[Q]['payload'],
    timeoutMs: number,
  ): Promise<QuestionMap[Q]['reply'] | undefined> {
    this.asked.push(question);
    const others = this.#hub.reachableFrom(this);
    const replies = others.map((node) => node.#reply(question, structuredClone(payload)));
    const known = Promise.any(
      replies.map(async (reply) => (await reply) ?? Promise.reject(new Error('does not know'))),
    ).catch(() => undefined);
    const timer = new AbortController();
    const late = sleep(timeoutMs, undefined, { signal: timer.signal }).catch(() => undefined);
    return Promise.race([known, late]).finally(() => timer.abort());
  }

  respond<Q extends Question>(question: Q, responder: Responder<Q>): void {
    (this.#responders as Record<Q, Responder<Q>>)[question] = responder;
  }

  onMissed(listener: () => Promise<void>): void {
    this.#missedListeners.push(listener);
  }

  onConnection(listener: (isConnected: boolean) => void): void {
    this.#connectionListeners.push(listener);
  }

  /** Sends what this app sends to browsers to those of the other nodes as well. */
  attach(realtime: Realtime): void {
    const own: Sending = {
      send: realtime.send.bind(realtime),
      sendToAll: realtime.sendToAll.bind(realtime),
      disconnectRoom: realtime.disconnectRoom.bind(realtime),
      clearRoom: realtime.clearRoom.bind(realtime),
    };
    this.#sending = own;
    for (const method of Object.keys(own) as SendingMethod[]) {
      const onNode = (node: MemoryNode, args: never[]) => node.#sending?.[method](...structuredClone(args));
      realtime[method] = (...args: never[]) =>
        this.#hub.forward(
          this,
          () => onNode(this, args),
          (node) => onNode(node, args),
        );
    }
  }

  /** Loses the connection to the other nodes. The database remains. */
  cut(): void {
    this.#connect(false);
  }

  /** Reaches the other nodes again. */
  heal(): void {
    this.#connect(true);
  }

  /** Lets the lease of this node run out, as if its process had been killed or paused for long. */
  async die(): Promise<void> {
    await this.ready;
    const { leases } = this.#store!.t;
    await this.#store!.db.delete(leases).where(eq(leases.name, this.#leaseName));
  }

  async close(): Promise<void> {
    this.#hub.remove(this);
    if (this.#store) await this.die();
  }

  get #leaseName(): string {
    return `node:${this.nodeId}`;
  }

  async #join(): Promise<void> {
    if (!this.#store) return;
    const { db, t } = this.#store;
    const until = Date.now() + leaseMs;
    await db.insert(t.leases).values({ name: this.#leaseName, holder: this.nodeId, until });
  }

  #connect(isConnected: boolean): void {
    if (isConnected === this.#isConnected) return;
    this.#isConnected = isConnected;
    for (const listener of this.#connectionListeners) listener(isConnected);
    for (const listener of this.#missedListeners) void listener();
  }

  async #receive(signal: RemoteSignal): Promise<void> {
    await nextTurn();
    for (const listener of this.#signalListeners) listener(signal);
  }

  async #reply<Q extends Question>(question: Q, payload: QuestionMap[Q]['payload']) {
    await nextTurn();
    const reply = await (this.#responders as { [N in Q]?: Responder<Q> })[question]?.(payload);
    return structuredClone(reply);
  }
}
