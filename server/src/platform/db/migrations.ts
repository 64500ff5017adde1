import { readMigrationFiles, type MigrationMeta } from 'drizzle-orm/migrator';

/** The table in which Drizzle records the migrations that were applied. */
export const migrationsTable = '__drizzle_migrations';

/**
 * Returns the migrations in `folder` that are missing among those `applied` (their times). Throws when an applied one is
 * not known: an older version would corrupt the data of a newer one.
 */
export function missingMigrations(folder: string, applied: unknown[]): MigrationMeta[] {
  const known = readMigrationFiles({ migrationsFolder: folder });
  const times = new Set(known.map((migration) => migration.folderMillis));
  if (applied.some((time) => !times.has(Number(time)))) {
    throw new Error(
      'The database was written by a newer version of Parley. Start that version, or restore a backup from before the upgrade.',
    );
  }
  const done = new Set(applied.map(Number));
  return known.filter((migration) => !done.has(migration.folderMillis));
}
