import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Connection } from './connection.ts';

/**
 * How the schema of a database compares with this version of Parley: `none` has no tables of Parley, `older` is
 * migrated when the server starts, `newer` needs a newer version.
 */
export type SchemaState = 'none' | 'older' | 'current' | 'newer';

interface Journal {
  entries: { when: number }[];
}

/** Returns the times of the migrations of this version, which identify them. */
function knownMigrations(dialect: Connection['dialect'], appRoot: string): Set<number> {
  const file = path.join(appRoot, 'drizzle', dialect, 'meta/_journal.json');
  const { entries } = JSON.parse(readFileSync(file, 'utf8')) as Journal;
  return new Set(entries.map(({ when }) => when));
}

const tables = { sqlite: '"__drizzle_migrations"', postgres: 'drizzle."__drizzle_migrations"' };
const tableExists = {
  sqlite: `select 1 as found from sqlite_master where type = 'table' and name = '__drizzle_migrations'`,
  postgres: `select 1 as found where to_regclass('drizzle."__drizzle_migrations"') is not null`,
};

/** Returns the times of the migrations that have run on this database. */
export async function appliedMigrations(connection: Connection): Promise<number[]> {
  const { dialect } = connection;
  if ((await connection.query(tableExists[dialect])).length === 0) return [];
  const rows = await connection.query(`select created_at from ${tables[dialect]} order by created_at`);
  return rows.map(({ created_at: when }) => Number(when));
}

export async function schemaState(connection: Connection, appRoot: string): Promise<SchemaState> {
  const known = knownMigrations(connection.dialect, appRoot);
  const applied = await appliedMigrations(connection);
  if (applied.length === 0) return 'none';
  if (applied.some((when) => !known.has(when))) return 'newer';
  return applied.length < known.size ? 'older' : 'current';
}
