import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Options } from '../options.ts';
import { copySeededPostgres } from './postgres.ts';
import { seedVersion } from './rows.ts';
import { copySeededSqlite } from './sqlite.ts';

/** The database of one run: a copy, so that every run starts from the same rows. */
export interface SeededDatabase {
  /** Environment of the server that uses it. */
  env: Record<string, string>;
  remove(): Promise<void>;
}

/** Identifies what is seeded, including the schema. */
function seedKey({ people, messages, links }: Options): string {
  const journal = readFileSync('drizzle/sqlite/meta/_journal.json', 'utf8');
  const parts = JSON.stringify([seedVersion, people, messages, links, journal]);
  return createHash('sha256').update(parts).digest('hex').slice(0, 12);
}

/** Copies the seeded database for a run whose SQLite file is in `folder`. */
export async function copySeeded(
  options: Options,
  folder: string,
  onProgress: (text: string) => void,
): Promise<SeededDatabase> {
  const { people, messages, links } = options;
  const seed = { size: { people, messages, links }, key: seedKey(options) };
  if (options.postgres) {
    const database = await copySeededPostgres({ ...seed, url: options.postgres }, onProgress);
    return { env: { DATABASE_URL: database.url }, remove: () => database.drop() };
  }
  await copySeededSqlite({ ...seed, folder: options.data, to: path.join(folder, 'parley.db') }, onProgress);
  return { env: {}, remove: async () => undefined };
}
