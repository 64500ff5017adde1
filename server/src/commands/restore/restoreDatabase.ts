import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import type { Env } from '../../platform/env.ts';
import { keyBeside, unfinished } from '../backup/backupFiles.ts';
import { failed } from '../common/commandLine.ts';
import { openSqliteFile, sqliteConnection } from '../common/connection.ts';
import { moveIntoPlace } from '../common/files.ts';
import {
  besideDatabase,
  databaseFile,
  requireWholeDatabase,
  secretFile,
  snapshotInto,
} from '../common/sqliteFiles.ts';
import { takePresent } from './presentDatabase.ts';
import { checkStoredKeys, presentSecret } from '../common/storedKeys.ts';

interface RestoreOptions {
  env: Pick<Env, 'DATA_DIR' | 'WEBUI_SECRET_KEY' | 'appRoot'>;
  /** The backup. */
  file: string;
  now?: Date;
}

export interface Restored {
  database: string;
  /** Where the database that was replaced is now. */
  aside: string | undefined;
  /** Whether the schema is older; the next start migrates it. */
  older: boolean;
  keyRestored: boolean;
  /** Names of connections whose API key cannot be read with the present secret. */
  unreadableKeys: string[];
}

/** Whether two names are the same file, also by a link. */
function sameFile(a: string, b: string): boolean {
  const [one, other] = [statSync(a), statSync(b, { throwIfNoEntry: false })];
  return one.dev === other?.dev && one.ino === other.ino;
}

async function requireRestorable(file: string, database: string, appRoot: string): Promise<boolean> {
  if (!existsSync(file)) throw failed(`There is no file ${file}.`);
  if (sameFile(file, database)) throw failed(`${file} is the database in use. Name a backup.`);
  const state = await requireWholeDatabase(file, appRoot);
  if (state === 'newer')
    throw failed(`${file} is from a newer version of Parley. Install that version, then restore.`);
  return state === 'older';
}

/** Prepares the database that will be put in place. Its sessions end: some may have been ended since the backup. */
async function stage(file: string, staged: string, appRoot: string): Promise<void> {
  rmSync(staged, { force: true });
  snapshotInto(file, staged);
  const handle = openSqliteFile(staged, { readonly: false });
  try {
    handle.exec('delete from sessions');
  } finally {
    handle.close();
  }
  await requireWholeDatabase(staged, appRoot);
}

/** Puts the key of the backup in place, if it has one and another one is there or none. Returns whether it did. */
function restoreKey(env: RestoreOptions['env'], file: string): boolean {
  const key = keyBeside(file);
  if (env.WEBUI_SECRET_KEY !== undefined || !existsSync(key)) return false;
  if (readFileSync(key, 'utf8').trim() === presentSecret(env)) return false;
  const temporary = unfinished(secretFile(env));
  copyFileSync(key, temporary);
  moveIntoPlace(temporary, secretFile(env));
  return true;
}

async function unreadableKeysOf(env: RestoreOptions['env'], file: string): Promise<string[]> {
  const handle = openSqliteFile(file, { readonly: true });
  try {
    return (await checkStoredKeys(sqliteConnection(handle, file), presentSecret(env))).unreadable;
  } finally {
    handle.close();
  }
}

/**
 * Replaces the database of an instance by a backup. Throws a `CommandError`, with nothing changed, if the server runs
 * or the backup is damaged or newer. After a crash at any point, the old or the new database is in place and whole, the
 * old one is never deleted, and the command can run again.
 */
export async function restoreDatabase({ env, file, now = new Date() }: RestoreOptions): Promise<Restored> {
  const database = databaseFile(env);
  const older = await requireRestorable(file, database, env.appRoot);
  mkdirSync(env.DATA_DIR, { recursive: true, mode: 0o700 });
  const present = takePresent(env, now);
  try {
    const staged = unfinished(database);
    await stage(file, staged, env.appRoot);
    const keyRestored = restoreKey(env, file);
    const unreadableKeys = await unreadableKeysOf(env, staged);
    // SQLite would apply a log left beside the old database to the new one.
    for (const each of besideDatabase(database)) rmSync(each, { force: true });
    moveIntoPlace(staged, database);
    return { database, aside: present?.aside, older, keyRestored, unreadableKeys };
  } catch (error) {
    present?.forget();
    throw error;
  } finally {
    present?.lock?.close();
  }
}
