import { sql } from 'drizzle-orm';
import type { Store } from './store.ts';

/** A table that exists in a database only while an instance is being copied into it (`npm run db:copy`). */
export const unfinishedCopyTable = 'parley_unfinished_copy';

/** Throws if an instance was only partly copied into this database. On SQLite such a copy has another file name. */
export async function requireWholeCopy(store: Store): Promise<void> {
  if (store.dialect.name !== 'postgres') return;
  const found = await store.rows(
    sql`select 1 as found where to_regclass(${unfinishedCopyTable}::text) is not null`,
  );
  if (found.length === 0) return;
  await store.close();
  throw new Error(
    'The database holds an unfinished copy. Run the same "npm run db:copy" again; it continues where it stopped.',
  );
}
