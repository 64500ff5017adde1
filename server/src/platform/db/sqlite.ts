import { AsyncLocalStorage } from 'node:async_hooks';
import Database from 'better-sqlite3';
import type { sql } from 'drizzle-orm';
import { drizzle as direct } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core';
import { drizzle as proxied } from 'drizzle-orm/sqlite-proxy';
import { define } from '../../../../drizzle/schema/define.ts';
import { liteKit } from '../../../../drizzle/schema/kit.ts';
import { ensureSqliteSearch, sqliteDialect } from './sqliteSearch.ts';
import { statements, type Statements } from './sqliteStatements.ts';
import type { Db, Store } from './store.ts';

/** Milliseconds to wait for a lock of another process. better-sqlite3 waits on the event loop, so this stays short. */
const busyTimeoutMs = 250;

/** WAL corruption on reset was mended in 3.51.3 (https://sqlite.org/changes.html). */
const oldestSqlite = '3.51.3';

const connect = (file: string, readonly: boolean): Database.Database => {
  const connection = new Database(file, { readonly, timeout: busyTimeoutMs });
  if (!readonly) {
    connection.pragma('journal_mode = WAL');
    // What was acknowledged survives a power cut too, not only a killed process.
    connection.pragma('synchronous = FULL');
  }
  connection.pragma('trusted_schema = OFF');
  connection.pragma('cache_size = -32000');
  connection.pragma('mmap_size = 268435456');
  return connection;
};

function migrateSqlite(writer: Database.Database, folder: string): void {
  // A table rebuild with foreign keys on would cascade and delete every child row, so they are off meanwhile.
  writer.pragma('foreign_keys = OFF');
  migrate(direct(writer), { migrationsFolder: folder });
  if ((writer.pragma('foreign_key_check') as unknown[]).length > 0) {
    throw new Error('The migration left rows that point nowhere. Restore the backup and report this.');
  }
  writer.pragma('foreign_keys = ON');
  ensureSqliteSearch(writer);
}

const newerThan = (version: string, floor: string) =>
  version.localeCompare(floor, undefined, { numeric: true }) >= 0;

/**
 * SQLite behind an asynchronous surface: one connection writes, another reads, so that nobody sees a transaction
 * before it has committed. Drizzle's own transaction cannot hold an `await`; this one queues writers instead.
 */
export function openSqlite(file: string, migrations: string): Store {
  const writer = connect(file, false);
  const version = writer.prepare('select sqlite_version()').pluck().get() as string;
  if (!newerThan(version, oldestSqlite))
    throw new Error(`SQLite ${oldestSqlite} or newer is needed, this is ${version}.`);
  migrateSqlite(writer, migrations);
  const reader = connect(file, true);
  const write = statements(writer);
  const read = statements(reader);
  const inTransaction = new AsyncLocalStorage<{ open: boolean }>();
  let tail: Promise<unknown> = Promise.resolve();
  let writing = false;

  const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
    const run = tail.then(async () => {
      writing = true;
      try {
        return await work();
      } finally {
        writing = false;
      }
    });
    tail = run.catch(() => undefined);
    return run;
  };

  /** Runs on the transaction's connection inside one, else reads on the reader and lets lone writes queue. */
  const onConnection = async <T>(text: string, run: (on: Statements) => T): Promise<T> => {
    if (inTransaction.getStore()?.open) return run(write);
    if (read.reads(text)) return run(read);
    return writing ? exclusively(() => Promise.resolve(run(write))) : run(write);
  };

  const db = proxied((text, params, method) =>
    onConnection(text, (on) => ({
      rows: on.run(text, params, method === 'get' ? 'get' : 'all') as unknown[],
    })),
  ) as unknown as Db;
  const compiler = new SQLiteAsyncDialect();

  return {
    db,
    t: define(liteKit),
    dialect: sqliteDialect,
    async tx(work) {
      if (inTransaction.getStore()?.open) return work();
      return exclusively(() => {
        const context = { open: true };
        return inTransaction.run(context, async () => {
          writer.exec('BEGIN IMMEDIATE');
          try {
            const result = await work();
            writer.exec('COMMIT');
            return result;
          } catch (error) {
            if (writer.inTransaction) writer.exec('ROLLBACK');
            throw error;
          } finally {
            context.open = false;
          }
        });
      });
    },
    async rows<T>(query: ReturnType<typeof sql>) {
      const { sql: text, params } = compiler.sqlToQuery(query);
      return onConnection(text, (on) => on.objects(text, params) as T[]);
    },
    async probe() {
      await exclusively(async () => {
        try {
          writer.exec("BEGIN IMMEDIATE; UPDATE settings SET key = key WHERE key = ''; COMMIT");
        } finally {
          // What failed halfway would hold everyone else up, and take their writes along when it is undone.
          if (writer.inTransaction) writer.exec('ROLLBACK');
        }
      });
    },
    async close() {
      await tail;
      reader.close();
      writer.pragma('optimize');
      writer.close();
    },
  };
}
