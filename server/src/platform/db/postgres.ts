import { AsyncLocalStorage } from 'node:async_hooks';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { define } from '../../../../drizzle/schema/define.ts';
import { pgKit } from '../../../../drizzle/schema/kit.ts';
import type { Logger } from '../log.ts';
import { postgresDialect, postgresSearch } from './postgresSearch.ts';
import type { Db, FullDb, Store } from './store.ts';

/** Any number, the same in every version of Parley: one process migrates at a time. */
const migrationLock = 727_274;
const connections = 10;
/** Milliseconds; a query that runs longer is a fault, not patience. */
const statementTimeoutMs = 30_000;
const retries = 5;

/** Serialisation failure and deadlock: safe to run again, the whole transaction was undone. */
const retryable = (error: unknown): boolean => {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  return ['40001', '40P01'].includes(cause?.code ?? code ?? '');
};

/** A store over any PostgreSQL driver of Drizzle's; the tests run it on PGlite too. */
export function postgresStore(full: FullDb, close: () => Promise<void>): Store {
  const open = new AsyncLocalStorage<FullDb>();
  const current = () => open.getStore() ?? full;
  return {
    get db(): Db {
      return current();
    },
    t: define(pgKit),
    dialect: postgresDialect,
    async tx(work) {
      if (open.getStore()) return work();
      for (let attempt = 0; ; attempt++) {
        try {
          return await full.transaction((transaction) => open.run(transaction as unknown as FullDb, work));
        } catch (error) {
          if (attempt >= retries || !retryable(error)) throw error;
        }
      }
    },
    async rows<T>(query: ReturnType<typeof sql>) {
      const result: unknown = await current().execute(query);
      return (result as { rows: T[] }).rows;
    },
    async probe() {
      await full.execute(sql`update settings set key = key where key = ''`);
    },
    close,
  };
}

export async function openPostgres(url: string, migrations: string, log: Logger): Promise<Store> {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 5_000,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
  });
  // Without a listener a failover would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection was lost'));
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    await migrate(drizzle(client), { migrationsFolder: migrations });
    await client.query(postgresSearch);
  } finally {
    await client.query('select pg_advisory_unlock($1)', [migrationLock]);
    client.release();
  }
  return postgresStore(drizzle(pool), () => pool.end());
}
