/** Rights that one node holds at a time. */
export interface Leases {
  /** Runs `work` unless the lease is held, on this node or another. Returns undefined when it is. */
  run<T>(name: string, work: () => Promise<T>): Promise<{ result: T } | undefined>;
  /** Returns the ids of the nodes that run now; undefined when that is not known at the moment. */
  liveNodes(): Promise<string[] | undefined>;
  close(): Promise<void>;
}

/** Leases of a single node. */
export class MemoryLeases implements Leases {
  #held = new Set<string>();
  #nodeId: string;

  constructor(nodeId: string) {
    this.#nodeId = nodeId;
  }

  async run<T>(name: string, work: () => Promise<T>): Promise<{ result: T } | undefined> {
    if (this.#held.has(name)) return undefined;
    this.#held.add(name);
    try {
      return { result: await work() };
    } finally {
      this.#held.delete(name);
    }
  }

  liveNodes(): Promise<string[]> {
    return Promise.resolve([this.#nodeId]);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
