import path from 'node:path';
import type { Env } from '../env.ts';
import type { Logger } from '../log.ts';
import { makePrivateFolder } from '../privateFiles.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';
import type { Store } from './store.ts';

/** Opens the configured database and migrates it to this version. */
export async function openStore(env: Env, log: Logger): Promise<Store> {
  makePrivateFolder(env.DATA_DIR);
  if (env.DATABASE_URL) {
    return openPostgres(env.DATABASE_URL, path.join(env.appRoot, 'drizzle/postgres'), log);
  }
  return openSqlite(path.join(env.DATA_DIR, 'parley.db'), path.join(env.appRoot, 'drizzle/sqlite'));
}
