import { AsyncLocalStorage } from 'node:async_hooks';
import { rm, writeFile } from 'node:fs/promises';
import { setImmediate as yieldToEventLoop, setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { SQL } from 'drizzle-orm';
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core';
import { drizzle as proxied } from 'drizzle-orm/sqlite-proxy';
import { define } from '../../../../drizzle/schema/define.ts';
import { liteKit } from '../../../../drizzle/schema/kit.ts';
import { isBusy } from './dbErrors.ts';
import { makeDatabasePrivate, privateFileMode } from '../privateFiles.ts';
import { migrateSqlite } from './sqliteMigrations.ts';
import { sqliteDialect } from './sqliteSearch.ts';
import { Statements } from './sqliteStatements.ts';
import { SqliteWriters } from './sqliteWriters.ts';
import type { Db, Store } from './store.ts';
import { WorkTimes, type DatabaseLoad, type WorkObserver } from './workTimes.ts';

/** Milliseconds to wait for another process that starts with the same file. Nothing is served yet, so blocking is allowed. */
const startTimeoutMs = 10_000;
/** Bytes the probe writes beside the database: about as much as an import or a long answer needs. */
const probeBytes = 262_144;
/** Attempts of a read that meets a lock, and the milliseconds between two. */
const [readAttempts, readRetryMs] = [20, 10];

/** The first version without the WAL-reset corruption bug (https://sqlite.org/changes.html). */
const oldestVersion = '3.51.3';

/** Opens the database file and migrates it. */
export function openSqlite(file: string, migrations: string): Store {
  makeDatabasePrivate(file);
  const writer = connect(file, { readonly: false });
  requireVersion(writer);
  migrateSqlite(writer, migrations);
  const reader = connect(file, { readonly: true });
  // From now on SQLite must not wait for locks, because it would block the event loop. `SqliteWriters` waits instead.
  for (const connection of [writer, reader]) connection.pragma('busy_timeout = 0');
  return new SqliteStore(file, writer, reader);
}

function connect(file: string, { readonly }: { readonly: boolean }): Database.Database {
  const connection = new Database(file, { readonly, timeout: startTimeoutMs });
  if (!readonly) {
    enableWal(connection);
    // Committed writes survive a power failure, not only a killed process.
    connection.pragma('synchronous = FULL');
  }
  connection.pragma('trusted_schema = OFF');
  connection.pragma('cache_size = -32000');
  connection.pragma('mmap_size = 268435456');
  return connection;
}

/** SQLite does not always wait for the lock when it changes the journal mode. */
function enableWal(connection: Database.Database): void {
  const giveUpAt = performance.now() + startTimeoutMs;
  for (;;) {
    try {
      connection.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() >= giveUpAt) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

function requireVersion(connection: Database.Database): void {
  const version = connection.prepare('select sqlite_version()').pluck().get() as string;
  if (version.localeCompare(oldestVersion, undefined, { numeric: true }) < 0)
    throw new Error(`Parley needs SQLite ${oldestVersion} or newer; this is ${version}.`);
}

/**
 * SQLite with an asynchronous interface: one connection writes, the other reads, so that nobody sees a transaction
 * before it commits. Drizzle's own transaction cannot contain an `await`, so this class queues writers itself.
 */
class SqliteStore implements Store {
  readonly db: Db;
  readonly t = define(liteKit);
  readonly dialect = sqliteDialect;
  #file: string;
  #writer: Database.Database;
  #reader: Database.Database;
  #writerStatements: Statements;
  #readerStatements: Statements;
  #compiler = new SQLiteAsyncDialect();
  #transaction = new AsyncLocalStorage<{ open: boolean }>();
  #writers = new SqliteWriters();
  #times = new WorkTimes();

  constructor(file: string, writer: Database.Database, reader: Database.Database) {
    this.#file = file;
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
    return this.#exclusively('transaction', () =>
      this.#transaction.run(context, async () => {
        await this.#writers.locking(() => this.#writer.exec('BEGIN IMMEDIATE'));
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
    await this.#writers.exclusively(async () => {
      try {
        await this.#writers.locking(() => this.#writer.exec('BEGIN IMMEDIATE'));
        // The first statement needs the schema. The second always writes a page; nothing reads the number.
        this.#writer.exec("UPDATE settings SET key = key WHERE key = ''; PRAGMA user_version = 0; COMMIT");
      } finally {
        // A transaction left open by a failure would block all writers and later discard their writes.
        this.#rollBack();
      }
    });
    // A page may still fit into the space that the log file has already when nothing else does.
    await probeSpace(`${this.#file}-probe`);
  }

  observe(observer: WorkObserver): void {
    this.#times.observe(observer);
  }

  /** One connection reads, on the event loop, and one writes. */
  get load(): DatabaseLoad {
    const { running, waiting } = this.#writers;
    return { read: { open: 1, used: 0, waiting: 0 }, write: { open: 1, used: running, waiting } };
  }

  async close(): Promise<void> {
    await this.#writers.idle();
    this.#reader.close();
    try {
      this.#writer.pragma('optimize');
    } catch {
      // Only statistics: a full disk or a lock of another process must not spoil the stop.
    }
    this.#writer.close();
  }

  get #inTransaction(): boolean {
    return this.#transaction.getStore()?.open === true;
  }

  /** Queries inside a transaction use the writer. Outside, reads use the reader, and writes wait for an open transaction. */
  async #onConnection<T>(text: string, run: (statements: Statements) => T): Promise<T> {
    if (this.#inTransaction) return run(this.#writerStatements);
    const isRead = await retryRead(() => this.#readerStatements.isReadOnly(text));
    if (isRead) return retryRead(() => this.#timedRead(run));
    return this.#exclusively('write', () => this.#writers.locking(() => run(this.#writerStatements)));
  }

  #timedRead<T>(run: (statements: Statements) => T): T {
    const startedAt = this.#times.begin();
    try {
      return run(this.#readerStatements);
    } finally {
      this.#times.worked('read', startedAt);
    }
  }

  /** Runs after all earlier writers have finished. */
  #exclusively<T>(kind: 'write' | 'transaction', work: () => Promise<T>): Promise<T> {
    const queuedAt = this.#times.begin();
    return this.#writers.exclusively(async () => {
      this.#times.waited('write', queuedAt);
      const startedAt = this.#times.begin();
      try {
        return await work();
      } finally {
        this.#times.worked(kind, startedAt);
      }
    });
  }

  #rollBack(): void {
    if (this.#writer.inTransaction) this.#writer.exec('ROLLBACK');
  }
}

/** Readers meet a lock only for a moment, while another process recovers the file. */
async function retryRead<T>(read: () => T): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return read();
    } catch (error) {
      if (!isBusy(error) || attempt >= readAttempts) throw error;
    }
    await sleep(readRetryMs);
  }
}

/** Throws when the disk has no space. */
async function probeSpace(file: string): Promise<void> {
  try {
    await writeFile(file, Buffer.alloc(probeBytes, 1), { mode: privateFileMode, flush: true });
  } finally {
    await rm(file, { force: true });
  }
}
