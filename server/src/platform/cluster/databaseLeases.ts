import { sql } from 'drizzle-orm';
import type { Store } from '../db/store.ts';

/** Returns the ids of the nodes that are alive: those that hold the lease of their own name. */
export async function liveHolders(store: Store): Promise<string[]> {
  const rows = await store.rows<{ holder: string }>(sql`
    select holder from leases
    where name like 'node:%' and until > extract(epoch from clock_timestamp()) * 1000`);
  return rows.map(({ holder }) => holder);
}
