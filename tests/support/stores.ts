import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { openPostgres, postgresStore } from '../../server/src/platform/db/postgres.ts';
import { postgresSearch } from '../../server/src/platform/db/postgresSearch.ts';
import { openSqlite } from '../../server/src/platform/db/sqlite.ts';
import type { Store } from '../../server/src/platform/db/store.ts';
import { createLog } from '../../server/src/platform/log.ts';
import { createDatabase } from './postgresServer.ts';

export const sqliteMigrations = path.resolve('drizzle/sqlite');
export const postgresMigrations = path.resolve('drizzle/postgres');

interface Backend {
  name: string;
  open: () => Promise<Store>;
}

const sqlite: Backend = {
  name: 'SQLite',
  open() {
    const folder = mkdtempSync(path.join(tmpdir(), 'parley-contract-'));
    const store = openSqlite(path.join(folder, 'parley.db'), sqliteMigrations);
    const close = store.close.bind(store);
    store.close = async () => {
      await close();
      rmSync(folder, { recursive: true, force: true });
    };
    return Promise.resolve(store);
  },
};

const pglite: Backend = {
  name: 'PGlite',
  async open() {
    const client = new PGlite();
    const db = drizzle(client);
    await migrate(db, { migrationsFolder: postgresMigrations });
    await client.exec(postgresSearch);
    return postgresStore(db, () => client.close());
  },
};

const postgres = (url: string): Backend => ({
  name: 'PostgreSQL',
  async open() {
    const database = await createDatabase(url);
    const store = await openPostgres(database.url, postgresMigrations, createLog('error'));
    const close = async () => {
      await store.close();
      await database.drop();
    };
    return Object.defineProperties(
      {},
      {
        ...Object.getOwnPropertyDescriptors(store),
        close: { value: close },
      },
    ) as Store;
  },
});

/** The databases on which all queries must behave the same; includes a PostgreSQL server when `PG_URL` is set. */
export const backends: Backend[] = [
  sqlite,
  pglite,
  ...(process.env.PG_URL ? [postgres(process.env.PG_URL)] : []),
];
