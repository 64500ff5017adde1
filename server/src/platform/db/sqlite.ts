import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { SQL } from 'drizzle-orm';
import { drizzle as direct } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core';
import { drizzle as proxied } from 'drizzle-orm/sqlite-proxy';
import { define } from '../../../../drizzle/schema/define.ts';
import { liteKit } from '../../../../drizzle/schema/kit.ts';
import { ensureSqliteSearch, sqliteDialect } from './sqliteSearch.ts';
import { Statements } from './sqliteStatements.ts';
import type { Db, Store } from './store.ts';

/** Milliseconds to wait for a lock of another process. better-sqlite3 blocks the event loop meanwhile, so keep it short. */
const busyTimeoutMs = 250;

/** The first version without the WAL-reset corruption bug (https://sqlite.org/changes.html). */
const oldestVersion = '3.51.3';

/** Opens the database file and migrates it. */
export function openSqlite(file: string, migrations: string): Store {
  const writer = connect(file, { readonly: false });
  requireVersion(writer);
  migrateSqlite(writer, migrations);
  return new SqliteStore(writer, connect(file, { readonly: true }));
}

function connect(file: string, { readonly }: { readonly: boolean }): Database.Database {
  const connection = new Database(file, { readonly, timeout: busyTimeoutMs });
  if (!readonly) {
    connection.pragma('journal_mode = WAL');
    // Committed writes survive a power failure, not only a killed process.
    connection.pragma('synchronous = FULL');
  }
  connection.pragma('trusted_schema = OFF');
  connection.pragma('cache_size = -32000');
  connection.pragma('mmap_size = 268435456');
  return connection;
}

function requireVersion(connection: Database.Database): void {
  const version = connection.prepare('select sqlite_version()').pluck().get() as string;
  if (version.localeCompare(oldestVersion, undefined, { numeric: true }) < 0)
    throw new Error(`Parley needs SQLite ${oldestVersion} or newer; this is ${version}.`);
}

function migrateSqlite(writer: Database.Database, folder: string): void {
  // Rebuilding a table with foreign keys on would cascade and delete all child rows, so they are off meanwhile.
  writer.pragma('foreign_keys = OFF');
  migrate(direct(writer), { migrationsFolder: folder });
  if ((writer.pragma('foreign_key_check') as unknown[]).length > 0) {
    throw new Error('The migration left broken references. Restore the backup and report this.');
  }
  writer.pragma('foreign_keys = ON');
  ensureSqliteSearch(writer);
}

/**
 * SQLite with an asynchronous interface: one connection writes, the other reads, so that nobody sees a transaction
 * before it commits. Drizzle's own transaction cannot contain an `await`, so this class queues writers itself.
 */
class SqliteStore implements Store {
  readonly db: Db;
  readonly t = define(liteKit);
  readonly dialect = sqliteDialect;
  #writer: Database.Database;
  #reader: Database.Database;
  #writerStatements: Statements;
  #readerStatements: Statements;
  #compiler = new SQLiteAsyncDialect();
  #transaction = new AsyncLocalStorage<{ open: boolean }>();
  #lastWrite: Promise<unknown> = Promise.resolve();
  #writing = false;

  constructor(writer: Database.Database, reader: Database.Database) {
    this.#writer = writer;
    this.#reader = reader;
    this.#writerStatements = new Statements(writer);
    this.#readerStatements = new Statements(reader);
    this.db = proxied((text, params, method) =>
      this.#onConnection(text, (statements) => ({
        rows: statements.run(text, params, method === 'get' ? 'get' : 'all') as unknown[],
      })),
    ) as unknown as Db;
  }

  tx<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inTransaction) return work();
    const context = { open: true };
    return this.#exclusively(() =>
      this.#transaction.run(context, async () => {
        this.#writer.exec('BEGIN IMMEDIATE');
        try {
          const result = await work();
          this.#writer.exec('COMMIT');
          return result;
        } catch (error) {
          this.#rollBack();
          throw error;
        } finally {
          context.open = false;
        }
      }),
    );
  }

  async pauseTx(): Promise<void> {
    await yieldToEventLoop();
  }

  async rows<T>(query: SQL): Promise<T[]> {
    const { sql: text, params } = this.#compiler.sqlToQuery(query);
    return this.#onConnection(text, (statements) => statements.objects(text, params) as T[]);
  }

  async probe(): Promise<void> {
    await this.#exclusively(async () => {
      try {
        this.#writer.exec("BEGIN IMMEDIATE; UPDATE settings SET key = key WHERE key = ''; COMMIT");
      } finally {
        // A transaction left open by a failure would block all writers and later discard their writes.
        this.#rollBack();
      }
    });
  }

  async close(): Promise<void> {
    await this.#lastWrite;
    this.#reader.close();
    this.#writer.pragma('optimize');
    this.#writer.close();
  }

  get #inTransaction(): boolean {
    return this.#transaction.getStore()?.open === true;
  }

  /** Queries inside a transaction use the writer. Outside, reads use the reader, and writes wait for an open transaction. */
  async #onConnection<T>(text: string, run: (statements: Statements) => T): Promise<T> {
    if (this.#inTransaction) return run(this.#writerStatements);
    if (this.#readerStatements.isReadOnly(text)) return run(this.#readerStatements);
    const write = () => run(this.#writerStatements);
    return this.#writing ? this.#exclusively(async () => write()) : write();
  }

  /** Runs after all earlier writers have finished. */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#lastWrite.then(async () => {
      this.#writing = true;
      try {
        return await work();
      } finally {
        this.#writing = false;
      }
    });
    this.#lastWrite = done.catch(() => undefined);
    return done;
  }

  #rollBack(): void {
    if (this.#writer.inTransaction) this.#writer.exec('ROLLBACK');
  }
}
