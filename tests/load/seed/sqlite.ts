import { copyFileSync, constants, existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { openSqlite } from '../../../server/src/platform/db/sqlite.ts';
import { ensureSqliteSearch } from '../../../server/src/platform/db/sqliteSearch.ts';
import type { SeedSize } from '../options.ts';
import { md5 } from './texts.ts';
import { writeRows, type SeedTarget } from './rows.ts';

const migrations = path.resolve('drizzle/sqlite');

type OnProgress = SeedTarget['onProgress'];

function targetOf(database: Database.Database, onProgress: OnProgress): SeedTarget {
  return {
    binary: 'blob',
    onProgress,
    async run(sql) {
      database.exec(sql);
    },
    async insert(table, columns, rows) {
      const marks = columns.map(() => '?').join(', ');
      const statement = database.prepare(`insert into ${table} (${columns.join(', ')}) values (${marks})`);
      for (const row of rows) statement.run(...row);
    },
  };
}

/** Seeds a new database at `file`, which appears when it is complete. */
async function seedFile(file: string, size: SeedSize, onProgress: OnProgress): Promise<void> {
  const unfinished = `${file}.unfinished`;
  for (const suffix of ['', '-wal', '-shm']) rmSync(unfinished + suffix, { force: true });
  await openSqlite(unfinished, migrations).close();
  const database = new Database(unfinished);
  // What a crash destroys is seeded again. The log of changes is left by way of an ordinary journal only.
  database.pragma('journal_mode = DELETE');
  database.pragma('journal_mode = OFF');
  database.pragma('synchronous = OFF');
  database.pragma('cache_size = -200000');
  database.function('md5', { deterministic: true }, (text) => md5(String(text)));
  // Filled in one go at the end, which is several times as fast as row by row.
  database.exec('drop trigger messages_fts_insert');
  database.exec('begin');
  await writeRows(targetOf(database, onProgress), size);
  database.exec('commit');
  onProgress('search index');
  ensureSqliteSearch(database);
  database.pragma('optimize');
  database.close();
  renameSync(unfinished, file);
}

/** Copies the seeded database to `to`; seeds it first if this was not done before. */
export async function copySeededSqlite(
  { size, key, folder, to }: { size: SeedSize; key: string; folder: string; to: string },
  onProgress: OnProgress,
): Promise<void> {
  const file = path.join(folder, `seed-${key}.db`);
  if (!existsSync(file)) await seedFile(file, size, onProgress);
  copyFileSync(file, to, constants.COPYFILE_FICLONE);
}
