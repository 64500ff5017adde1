import { AsyncLocalStorage } from 'node:async_hooks';
import { sql, type SQL } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { define } from '../../../../drizzle/schema/define.ts';
import { pgKit } from '../../../../drizzle/schema/kit.ts';
import type { Logger } from '../log.ts';
import { postgresDialect, postgresSearch } from './postgresSearch.ts';
import type { Db, FullDb, Store } from './store.ts';

/** Key of the lock that lets one process migrate at a time: arbitrary, but the same in every version of Parley. */
const migrationLock = 727_274;
const poolSize = 10;
/** Milliseconds. A query that runs longer is stuck. */
const statementTimeoutMs = 30_000;
const retriesMax = 5;

/** Serialization failure or deadlock: the whole transaction was rolled back and can run again. */
const isRetryable = (error: unknown): boolean => {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  return ['40001', '40P01'].includes(cause?.code ?? code ?? '');
};

/** Creates a store over any of Drizzle's PostgreSQL drivers. Tests run it on PGlite too. */
export function postgresStore(full: FullDb, close: () => Promise<void>): Store {
  const transactions = new AsyncLocalStorage<FullDb>();
  const current = () => transactions.getStore() ?? full;
  return {
    get db(): Db {
      return current();
    },
    t: define(pgKit),
    dialect: postgresDialect,
    async tx(work) {
      if (transactions.getStore()) return work();
      for (let attempt = 0; ; attempt++) {
        try {
          return await full.transaction((transaction) =>
            transactions.run(transaction as unknown as FullDb, work),
          );
        } catch (error) {
          if (attempt >= retriesMax || !isRetryable(error)) throw error;
        }
      }
    },
    // Every query waits for the network, and other work runs meanwhile.
    pauseTx: () => Promise.resolve(),
    async rows<T>(query: SQL) {
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
    max: poolSize,
    connectionTimeoutMillis: 5_000,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
  });
  // Without a listener, a failover would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'idle database connection lost'));
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
