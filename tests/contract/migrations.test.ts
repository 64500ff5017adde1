import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { openPostgres } from '../../server/src/platform/db/postgres.ts';
import { openSqlite } from '../../server/src/platform/db/sqlite.ts';
import { createLog } from '../../server/src/platform/log.ts';
import { createDatabase } from '../support/postgresServer.ts';
import { postgresMigrations, sqliteMigrations } from '../support/stores.ts';

const { PG_URL } = process.env;
const withPostgres = PG_URL ? describe : describe.skip;

const newer = /written by a newer version of Parley\. Start that version/;
/** A migration of a later version, and one that another branch added in between. */
const unknown = ['9000000000000', '1795210438573'];

describe('migrations on SQLite', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'parley-migrations-'));
    file = path.join(folder, 'parley.db');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test.each(unknown)(
    'a database with the unknown migration %s is refused and stays as it is',
    async (time) => {
      await openSqlite(file, sqliteMigrations).close();
      const database = new Database(file);
      database.exec('alter table settings rename column value to content');
      database.prepare("insert into __drizzle_migrations (hash, created_at) values ('x', ?)").run(time);
      expect(() => openSqlite(file, sqliteMigrations)).toThrow(newer);
      expect(database.prepare('select name from pragma_table_info(?)').pluck().all('settings')).toContain(
        'content',
      );
      database.close();
    },
  );

  test('opening a migrated database again changes nothing', async () => {
    await openSqlite(file, sqliteMigrations).close();
    const database = new Database(file);
    const migrations = database.prepare('select count(*) from __drizzle_migrations').pluck();
    const before = migrations.get();
    await openSqlite(file, sqliteMigrations).close();
    expect(migrations.get()).toBe(before);
    database.close();
  });

  test('opening a migrated database does not read every row to check its references', async () => {
    await openSqlite(file, sqliteMigrations).close();
    const database = new Database(file);
    database.pragma('foreign_keys = OFF');
    database.exec("insert into bootstrap (id, user_id) values (1, 'nobody')");
    database.close();
    await openSqlite(file, sqliteMigrations).close();
  });
});

withPostgres('migrations on PostgreSQL (needs PG_URL)', () => {
  test('a database with an unknown migration is refused and stays as it is', async () => {
    const { url, drop } = await createDatabase(PG_URL!);
    const open = () => openPostgres(url, postgresMigrations, createLog('silent'));
    const client = new pg.Client(url);
    await client.connect();
    try {
      await (await open()).close();
      await (await open()).close();
      for (const time of unknown) {
        await client.query("insert into drizzle.__drizzle_migrations (hash, created_at) values ('x', $1)", [
          time,
        ]);
        await expect(open()).rejects.toThrow(newer);
        await client.query("delete from drizzle.__drizzle_migrations where hash = 'x'");
      }
      await (await open()).close();
    } finally {
      await client.end();
      await drop();
    }
  });

  test('several processes that start on an empty database all open it', async () => {
    const { url, drop } = await createDatabase(PG_URL!);
    try {
      const open = () => openPostgres(url, postgresMigrations, createLog('silent'));
      const stores = await Promise.all([open(), open(), open()]);
      for (const store of stores) await store.close();
    } finally {
      await drop();
    }
  });
});
