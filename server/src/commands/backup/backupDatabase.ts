import { copyFileSync, existsSync, mkdirSync, rmSync, statfsSync } from 'node:fs';
import path from 'node:path';
import type { Env } from '../../platform/env.ts';
import { describe, failed } from '../common/commandLine.ts';
import { openSqliteFile, sqliteConnection } from '../common/connection.ts';
import { moveIntoPlace } from '../common/files.ts';
import { appliedMigrations } from '../common/schemaState.ts';
import {
  databaseBytes,
  databaseFile,
  requireWholeDatabase,
  secretFile,
  snapshotInto,
} from '../common/sqliteFiles.ts';
import { backupName, keyBeside, removeAbandoned, removeOldBackups, unfinished } from './backupFiles.ts';

interface BackupOptions {
  env: Pick<Env, 'DATA_DIR' | 'WEBUI_SECRET_KEY' | 'appRoot'>;
  folder: string;
  /** How many backups stay in the folder, including this one. */
  keep: number;
  now?: Date;
}

export interface Backup {
  file: string;
  bytes: number;
  /** The copy of the secret key, if this instance keeps it in a file. */
  keyFile: string | undefined;
  removed: string[];
}

async function migrationsOf(file: string): Promise<string> {
  const handle = openSqliteFile(file, { readonly: true });
  try {
    return (await appliedMigrations(sqliteConnection(handle, file))).join();
  } finally {
    handle.close();
  }
}

function requireSpace(folder: string, needed: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < needed)
    throw failed(
      `${folder} has too little free space for a backup of ${needed} bytes. Free some, or name another folder with --to.`,
    );
}

/** Writes the snapshot under a temporary name and checks it. Throws and removes it if it is not whole. */
async function writeWhole(source: string, temporary: string, appRoot: string): Promise<void> {
  try {
    snapshotInto(source, temporary);
    await requireWholeDatabase(temporary, appRoot);
    if ((await migrationsOf(temporary)) !== (await migrationsOf(source)))
      throw failed('The schema changed during the backup. Run it again.');
  } catch (error) {
    rmSync(temporary, { force: true });
    throw failed(`The backup failed, and nothing was kept of it: ${describe(error)}`);
  }
}

/** Copies the secret key before the database gets its name, so that a backup that looks whole has its key. */
function copyKey(env: BackupOptions['env'], file: string): string | undefined {
  if (env.WEBUI_SECRET_KEY !== undefined || !existsSync(secretFile(env))) return undefined;
  const keyFile = keyBeside(file);
  const temporary = unfinished(keyFile);
  copyFileSync(secretFile(env), temporary);
  moveIntoPlace(temporary, keyFile);
  return keyFile;
}

/** Backs up the SQLite database of an instance, whether its server runs or not. Throws a `CommandError` if it cannot. */
export async function backupDatabase({
  env,
  folder,
  keep,
  now = new Date(),
}: BackupOptions): Promise<Backup> {
  const source = databaseFile(env);
  if (!existsSync(source)) throw failed(`There is no database ${source}. Set DATA_DIR to the data folder.`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  removeAbandoned(folder, now.getTime());
  const bytes = databaseBytes(source);
  requireSpace(folder, bytes);
  const file = path.join(folder, backupName(now));
  if (existsSync(file)) throw failed(`${file} exists already. Run the backup again.`);
  await writeWhole(source, unfinished(file), env.appRoot);
  const keyFile = copyKey(env, file);
  moveIntoPlace(unfinished(file), file);
  return { file, bytes: databaseBytes(file), keyFile, removed: removeOldBackups(folder, keep) };
}
