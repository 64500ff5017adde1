import * as lite from 'drizzle-orm/sqlite-core';
import * as pg from 'drizzle-orm/pg-core';

const bytea = pg.customType<{ data: Buffer; driverData: Uint8Array }>({
  dataType: () => 'bytea',
  // PGlite returns plain byte arrays, the PostgreSQL driver returns Buffers.
  fromDriver: (value) => Buffer.from(value),
});

/**
 * The column types that both dialects share. PostgreSQL supplies the static types and SQLite mirrors them at run
 * time, so that a query that type-checks runs on both.
 */
export const pgKit = {
  table: pg.pgTable,
  text: (name: string) => pg.text(name),
  int: (name: string) => pg.integer(name),
  /** Epoch milliseconds, and other numbers beyond 32 bits. */
  ms: (name: string) => pg.bigint(name, { mode: 'number' }),
  bool: (name: string) => pg.boolean(name),
  json: <T>(name: string) => pg.jsonb(name).$type<T>(),
  blob: (name: string) => bytea(name),
  /** A key in the order of insertion that never changes, so that full-text indexes can refer to it. */
  seq: (name: string) => pg.bigserial(name, { mode: 'number' }).primaryKey(),
  index: pg.index,
  uniqueIndex: pg.uniqueIndex,
  primaryKey: (config: { columns: [pg.AnyPgColumn, ...pg.AnyPgColumn[]] }) => pg.primaryKey(config),
};
export type Kit = typeof pgKit;

export const liteKit = {
  table: lite.sqliteTable,
  text: (name: string) => lite.text(name),
  int: (name: string) => lite.integer(name),
  ms: (name: string) => lite.integer(name, { mode: 'number' }),
  bool: (name: string) => lite.integer(name, { mode: 'boolean' }),
  json: (name: string) => lite.text(name, { mode: 'json' }),
  blob: (name: string) => lite.blob(name, { mode: 'buffer' }),
  seq: (name: string) => lite.integer(name).primaryKey({ autoIncrement: true }),
  index: lite.index,
  uniqueIndex: lite.uniqueIndex,
  primaryKey: lite.primaryKey,
} as unknown as Kit;
