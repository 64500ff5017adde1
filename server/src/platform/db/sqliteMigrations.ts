import type Database from 'better-sqlite3';
import { migrationsTable, missingMigrations } from './migrations.ts';
import { ensureSqliteSearch } from './sqliteSearch.ts';

/**
 * Migrates the database to this version, in one transaction that holds the lock: Drizzle would look what is missing
 * before it, so that two processes that start together would both migrate.
 */
export function migrateSqlite(writer: Database.Database, folder: string): void {
  // Rebuilding a table with foreign keys on would cascade and delete all child rows, so they are off meanwhile.
  writer.pragma('foreign_keys = OFF');
  writer
    .transaction(() => {
      const applied = applyMissing(writer, folder);
      // The check reads every row: with a million messages it takes seconds, which an ordinary start must not wait for.
      if (applied > 0 && (writer.pragma('foreign_key_check') as unknown[]).length > 0) {
        throw new Error('The migration would break references. Nothing was changed. Report this.');
      }
      ensureSqliteSearch(writer);
    })
    .immediate();
  writer.pragma('foreign_keys = ON');
}

/** Returns how many migrations were missing. */
function applyMissing(writer: Database.Database, folder: string): number {
  writer.exec(
    `create table if not exists ${migrationsTable} (id serial primary key, hash text not null, created_at numeric)`,
  );
  const applied = writer.prepare(`select created_at from ${migrationsTable}`).pluck().all();
  const record = writer.prepare(`insert into ${migrationsTable} (hash, created_at) values (?, ?)`);
  const missing = missingMigrations(folder, applied);
  for (const { sql, hash, folderMillis } of missing) {
    for (const statement of sql) writer.exec(statement);
    record.run(hash, folderMillis);
  }
  return missing.length;
}
