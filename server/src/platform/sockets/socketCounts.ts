/** Sockets one person can have: every tab has one. */
const perPerson = 50;
/** Connections without a session that one address can have: browsers whose session has just ended. */
const perStrangerAddress = 20;
/** Such connections in all, so that strangers with many addresses leave room for members. */
const strangersMax = 200;

/** Who a connection belongs to: a person, or an address that nobody signed in from. */
export type Holder = { userId: string } | { address: string };

const keyOf = (holder: Holder) =>
  'userId' in holder ? `user:${holder.userId}` : `address:${holder.address}`;

/** Counts the connections of sockets per person, and per address of strangers. */
export class SocketCounts {
  #counts = new Map<string, number>();
  #strangers = 0;
  #factor: number;

  /** `factor` raises the numbers per person and address, for load tests. */
  constructor(factor: number) {
    this.#factor = factor;
  }

  add(holder: Holder): void {
    this.#change(holder, 1);
  }

  remove(holder: Holder): void {
    this.#change(holder, -1);
  }

  /** Whether the holder has more connections than allowed. */
  isOver(holder: Holder): boolean {
    const count = this.#countOf(holder);
    if ('userId' in holder) return count > perPerson * this.#factor;
    return count > perStrangerAddress * this.#factor || this.#strangers > strangersMax * this.#factor;
  }

  /** Whether the connection is closed at once. A person with a few too many is told why instead. */
  mustClose(holder: Holder): boolean {
    if (!this.isOver(holder)) return false;
    return 'address' in holder || this.#countOf(holder) > 2 * perPerson * this.#factor;
  }

  #countOf(holder: Holder): number {
    return this.#counts.get(keyOf(holder)) ?? 0;
  }

  #change(holder: Holder, by: 1 | -1): void {
    const key = keyOf(holder);
    const count = this.#countOf(holder) + by;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
    if ('address' in holder) this.#strangers += by;
  }
}
