import { and, eq, gt, like, lte, sql, type SQL } from 'drizzle-orm';
import type { Store } from '../db/store.ts';
import type { Logger } from '../log.ts';
import type { Leases } from './leases.ts';

/** Milliseconds for which a lease is valid without being renewed. */
const leaseMs = 20_000;
/** Milliseconds between two renewals of all leases of this node. */
const renewalMs = 5_000;
/** Milliseconds after which leases of nodes that are gone are removed. */
const removedAfterMs = 24 * 60 * 60_000;

const nodePrefix = 'node:';
const cutOffPrefix = 'cut-off:';

/** Epoch milliseconds by the clock of the database: the clocks of the nodes may differ. */
function databaseNow(store: Store): SQL<number> {
  return store.dialect.name === 'postgres'
    ? sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`
    : sql<number>`cast(unixepoch('subsec') * 1000 as integer)`;
}

/** Returns the ids of the nodes that run now. */
export async function liveHolders(store: Store): Promise<string[]> {
  const { leases } = store.t;
  const rows = await store.db
    .select({ holder: leases.holder })
    .from(leases)
    .where(and(like(leases.name, `${nodePrefix}%`), gt(leases.until, databaseNow(store))));
  return rows.map(({ holder }) => holder);
}

/**
 * Leases of several nodes, as rows of their database. Each node also holds the lease `node:<id>` while it runs, by which
 * the others know that it does.
 */
export class DatabaseLeases implements Leases {
  #store: Store;
  #nodeId: string;
  #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #heldSince: number | undefined;
  #renewedAt = -Infinity;

  constructor(store: Store, nodeId: string, log: Logger) {
    this.#store = store;
    this.#nodeId = nodeId;
    this.#log = log;
  }

  /** Takes the lease of this node, and renews all its leases until `close`. */
  async start(): Promise<void> {
    await this.#renew();
    this.#timer = setInterval(() => void this.#tryToRenew(), renewalMs).unref();
  }

  async run<T>(name: string, work: () => Promise<T>): Promise<{ result: T } | undefined> {
    if (!(await this.#take(name))) return undefined;
    try {
      return { result: await work() };
    } finally {
      await this.#release(eq(this.#store.t.leases.name, name)).catch((error: unknown) =>
        this.#log.warn({ err: error, lease: name }, 'giving up a lease failed: it ends by itself'),
      );
    }
  }

  /** After an outage of the database, every node first gets the time to renew its leases. */
  async liveNodes(): Promise<string[] | undefined> {
    const now = performance.now();
    const isSettled =
      this.#heldSince !== undefined &&
      now - this.#heldSince >= leaseMs &&
      now - this.#renewedAt < renewalMs + leaseMs / 2;
    return isSettled ? liveHolders(this.#store) : undefined;
  }

  /** Tells the other nodes that what this node sends them does not arrive, or arrives again. */
  async setCutOff(isCutOff: boolean): Promise<void> {
    const name = cutOffPrefix + this.#nodeId;
    if (isCutOff) await this.#take(name);
    else await this.#release(eq(this.#store.t.leases.name, name));
  }

  /** Whether the signals of another node do not arrive now. */
  async isAnotherCutOff(): Promise<boolean> {
    const { leases } = this.#store.t;
    const rows = await this.#store.db
      .select({ holder: leases.holder })
      .from(leases)
      .where(and(like(leases.name, `${cutOffPrefix}%`), gt(leases.until, databaseNow(this.#store))));
    return rows.some(({ holder }) => holder !== this.#nodeId);
  }

  /** Gives up all leases of this node. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#release();
  }

  async #take(name: string): Promise<boolean> {
    const { leases } = this.#store.t;
    const now = databaseNow(this.#store);
    const values = { holder: this.#nodeId, until: sql`${now} + ${leaseMs}` };
    const taken = await this.#store.db
      .insert(leases)
      .values({ name, ...values })
      .onConflictDoUpdate({ target: leases.name, set: values, setWhere: lte(leases.until, now) })
      .returning({ name: leases.name });
    return taken.length > 0;
  }

  async #release(which?: SQL): Promise<void> {
    const { leases } = this.#store.t;
    await this.#store.db.delete(leases).where(and(eq(leases.holder, this.#nodeId), which));
  }

  async #renew(): Promise<void> {
    const { leases } = this.#store.t;
    const now = databaseNow(this.#store);
    const until = sql`${now} + ${leaseMs}`;
    const startedAt = performance.now();
    const [own] = await this.#store.db
      .insert(leases)
      .values({ name: nodePrefix + this.#nodeId, holder: this.#nodeId, until })
      .onConflictDoUpdate({ target: leases.name, set: { until } })
      .returning({ name: leases.name });
    await this.#store.db.update(leases).set({ until }).where(eq(leases.holder, this.#nodeId));
    await this.#store.db.delete(leases).where(lte(leases.until, sql`${now} - ${removedAfterMs}`));
    if (!own) return;
    if (startedAt - this.#renewedAt > leaseMs) this.#heldSince = performance.now();
    this.#renewedAt = performance.now();
  }

  async #tryToRenew(): Promise<void> {
    try {
      await this.#renew();
    } catch (error) {
      this.#log.warn({ err: error }, 'renewing the leases of this node failed, retrying');
    }
  }
}
