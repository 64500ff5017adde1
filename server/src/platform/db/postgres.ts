import { AsyncLocalStorage } from 'node:async_hooks';
import { sql, type SQL } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import { define } from '../../../../drizzle/schema/define.ts';
import { pgKit } from '../../../../drizzle/schema/kit.ts';
import type { Logger } from '../log.ts';
import { PostgresConnections, type Connection } from './postgresConnections.ts';
import { migratePostgres } from './postgresMigrations.ts';
import { postgresDialect } from './postgresSearch.ts';
import type { Db, FullDb, Store } from './store.ts';
import type { DatabaseLoad, WorkObserver } from './workTimes.ts';

/** Opens a transaction, runs `work` in it and commits. */
type Transaction = <T>(work: (db: FullDb) => Promise<T>) => Promise<T>;

/** A statement that fails unless a commit reaches the disk now. The message goes to nobody. */
const probeQuery = sql`select pg_logical_emit_message(true, 'parley', 'probe')`;

/** The connections a store runs on. */
interface Connections {
  transaction: Transaction;
  observe(observer: WorkObserver): void;
  readonly load: DatabaseLoad;
  end(): Promise<void>;
}

const idle = { open: 1, used: 0, waiting: 0 };

/** One connection of any of Drizzle's PostgreSQL drivers, which nobody measures. */
const singleConnection = (full: FullDb, end: () => Promise<void>): Connections => ({
  transaction: (work) => full.transaction((db) => work(db as unknown as FullDb)),
  observe: () => undefined,
  load: { read: idle, write: idle },
  end,
});

/** Creates a store over any of Drizzle's PostgreSQL drivers. Tests run it on PGlite. */
export const postgresStore = (full: FullDb, close: () => Promise<void>): Store =>
  storeOver(full, singleConnection(full, close));

function storeOver(full: FullDb, connections: Connections): Store {
  const transactions = new AsyncLocalStorage<FullDb>();
  const current = () => transactions.getStore() ?? full;
  return {
    get db(): Db {
      return current();
    },
    t: define(pgKit),
    dialect: postgresDialect,
    async tx(work) {
      return transactions.getStore() ? work() : connections.transaction((db) => transactions.run(db, work));
    },
    // Every query waits for the network, and other work runs meanwhile.
    pauseTx: () => Promise.resolve(),
    async rows<T>(query: SQL) {
      const result: unknown = await current().execute(query);
      return (result as { rows: T[] }).rows;
    },
    async probe() {
      await full.execute(sql`update settings set key = key where key = ''`);
      await full.execute(probeQuery);
    },
    observe: (observer) => connections.observe(observer),
    get load() {
      return connections.load;
    },
    close: () => connections.end(),
  };
}

/** Opens the database at `url` and migrates it. */
export async function openPostgres(url: string, migrations: string, log: Logger): Promise<Store> {
  await migratePostgres(url, migrations, log);
  const connections = new PostgresConnections(url, log);
  return storeOver(drizzleOver(connections), {
    transaction: (work) => connections.transaction((connection) => work(drizzleOver(connection))),
    observe: (observer) => connections.times.observe(observer),
    get load() {
      return connections.load;
    },
    end: () => connections.end(),
  });
}

/** Drizzle calls nothing but `query` outside its own transactions, which are not used. */
const drizzleOver = (connection: Connection): FullDb => drizzle(connection as unknown as pg.Pool);
