import { countNames, type Counts } from '../cluster/counts.ts';

/** Sockets one person can have: every tab has one. `factor` raises the number, for load tests. */
export const socketsPerPerson = (factor: number) => 50 * factor;
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
  #shared: Counts;

  /** `factor` raises the numbers per person and address, for load tests. `shared` adds the sockets of all nodes. */
  constructor(factor: number, shared: Counts) {
    this.#factor = factor;
    this.#shared = shared;
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
    if ('userId' in holder) return count > socketsPerPerson(this.#factor);
    return count > perStrangerAddress * this.#factor || this.#strangers > strangersMax * this.#factor;
  }

  /** Whether the person has more connections than allowed on all nodes together. */
  async isOverEverywhere(userId: string): Promise<boolean> {
    const [count = 0] = await this.#shared.totals([countNames.socketsOf(userId)]);
    return count > socketsPerPerson(this.#factor);
  }

  /** Whether the connection is closed at once. A person with a few too many is told why instead. */
  mustClose(holder: Holder): boolean {
    if (!this.isOver(holder)) return false;
    return 'address' in holder || this.#countOf(holder) > 2 * socketsPerPerson(this.#factor);
  }

  #countOf(holder: Holder): number {
    return this.#counts.get(keyOf(holder)) ?? 0;
  }

  #change(holder: Holder, by: 1 | -1): void {
    const key = keyOf(holder);
    const count = this.#countOf(holder) + by;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
    if ('address' in holder) {
      this.#strangers += by;
      return;
    }
    this.#shared.change(countNames.sockets, by);
    this.#shared.change(countNames.socketsOf(holder.userId), by);
  }
}
