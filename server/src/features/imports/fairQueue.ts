/** Milliseconds after which time used earlier no longer counts. */
const memoryMs = 3_600_000;

interface Waiting {
  personId: string;
  start: () => void;
}

/**
 * Runs a limited number of tasks at a time. When one ends, the waiting person who has used the least time lately is
 * next, so that nobody waits for several tasks of one person.
 */
export class FairQueue {
  #free: number;
  #waiting: Waiting[] = [];
  #used = new Map<string, { ms: number; at: number }>();

  constructor(permits: number) {
    this.#free = permits;
  }

  /** Tasks that wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  async run<T>(personId: string, task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((start) => this.#waiting.push({ personId, start }));
    const startedAt = performance.now();
    try {
      return await task();
    } finally {
      this.#recordUse(personId, startedAt);
      const next = this.#takeNext();
      if (next) next.start();
      else this.#free++;
    }
  }

  #takeNext(): Waiting | undefined {
    const usedBy = ({ personId }: Waiting) => this.#used.get(personId)?.ms ?? 0;
    let next = this.#waiting[0];
    for (const waiting of this.#waiting) if (usedBy(waiting) < usedBy(next!)) next = waiting;
    this.#waiting = this.#waiting.filter((waiting) => waiting !== next);
    return next;
  }

  #recordUse(personId: string, startedAt: number): void {
    const now = performance.now();
    for (const [id, { at }] of this.#used) if (now - at > memoryMs) this.#used.delete(id);
    const ms = (this.#used.get(personId)?.ms ?? 0) + now - startedAt;
    this.#used.set(personId, { ms, at: now });
  }
}
