import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import type { Logger } from '../log.ts';
import { migrationsTable, missingMigrations } from './migrations.ts';
import { postgresSearch } from './postgresSearch.ts';

/** Key of the lock that lets one process migrate at a time: arbitrary, but the same in every version of Parley. */
const migrationLock = 727_274;
/** Milliseconds to wait for the server at the start. */
const connectTimeoutMs = 5_000;

/** Migrates the database to this version. Its connection has no statement timeout: a migration may take long. */
export async function migratePostgres(url: string, folder: string, log: Logger): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  });
  client.on('error', (error) => log.warn({ err: error }, 'database connection lost during the migration'));
  await client.connect();
  try {
    // The server releases the lock when the connection ends.
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    if (missingMigrations(folder, await appliedMigrations(client)).length > 0) {
      await migrate(drizzle(client), { migrationsFolder: folder });
    }
    await client.query(postgresSearch);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function appliedMigrations(client: pg.Client): Promise<unknown[]> {
  const table = `drizzle.${migrationsTable}`;
  const { rows: found } = await client.query<{ name: string | null }>(
    'select to_regclass($1)::text as name',
    [table],
  );
  if (found[0]?.name === null) return [];
  const { rows } = await client.query<{ created_at: string }>(`select created_at from ${table}`);
  return rows.map((row) => row.created_at);
}
