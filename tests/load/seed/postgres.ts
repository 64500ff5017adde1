import path from 'node:path';
import pg from 'pg';
import { openPostgres } from '../../../server/src/platform/db/postgres.ts';
import { postgresSearch } from '../../../server/src/platform/db/postgresSearch.ts';
import { createLog } from '../../../server/src/platform/log.ts';
import type { SeedSize } from '../options.ts';
import { writeRows, type SeedTarget } from './rows.ts';

const migrations = path.resolve('drizzle/postgres');
/** Rows of one insert statement: PostgreSQL allows 65,535 parameters. */
const rowsAtOnce = 500;

type OnProgress = SeedTarget['onProgress'];

function targetOf(client: pg.Client, onProgress: OnProgress): SeedTarget {
  return {
    binary: 'bytea',
    onProgress,
    async run(sql) {
      await client.query(sql);
    },
    async insert(table, columns, rows) {
      for (let from = 0; from < rows.length; from += rowsAtOnce) {
        const slice = rows.slice(from, from + rowsAtOnce);
        const mark = (row: number, column: number) => `$${row * columns.length + column + 1}`;
        const marks = slice.map(
          (_, row) => `(${columns.map((_name, column) => mark(row, column)).join(', ')})`,
        );
        await client.query(
          `insert into ${table} (${columns.join(', ')}) values ${marks.join(', ')}`,
          slice.flat(),
        );
      }
    },
  };
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, name: string): string {
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own.toString();
}

async function seedDatabase(url: string, size: SeedSize, onProgress: OnProgress): Promise<void> {
  await (await openPostgres(url, migrations, createLog('error'))).close();
  await withClient(url, async (client) => {
    await client.query("set synchronous_commit = off; set maintenance_work_mem = '512MB'");
    // Filled in one go at the end, which is several times as fast as row by row.
    await client.query('drop index messages_search');
    await writeRows(targetOf(client, onProgress), size);
    onProgress('search index');
    await client.query(postgresSearch);
    await client.query('analyze');
  });
}

/** A database of one run. */
export interface RunDatabase {
  url: string;
  drop(): Promise<void>;
}

/** Creates a copy of the seeded database on the server at `url`; seeds it first if this was not done before. */
export async function copySeededPostgres(
  { size, key, url }: { size: SeedSize; key: string; url: string },
  onProgress: OnProgress,
): Promise<RunDatabase> {
  const [seed, unfinished, run] = [
    `parley_seed_${key}`,
    `parley_unfinished_${key}`,
    `parley_load_${process.pid}`,
  ];
  const create = (name: string, from: string) =>
    `create database ${name} template ${from} encoding 'UTF8' lc_collate 'C' lc_ctype 'C.UTF-8'`;
  await withClient(url, async (admin) => {
    const { rowCount } = await admin.query('select 1 from pg_database where datname = $1', [seed]);
    if (!rowCount) {
      await admin.query(`drop database if exists ${unfinished} with (force)`);
      await admin.query(create(unfinished, 'template0'));
      await seedDatabase(withDatabase(url, unfinished), size, onProgress);
      await admin.query(`alter database ${unfinished} rename to ${seed}`);
    }
    await admin.query(create(run, seed));
  });
  return {
    url: withDatabase(url, run),
    drop: () =>
      withClient(url, async (admin) => {
        await admin.query(`drop database if exists ${run} with (force)`);
      }),
  };
}
