import { copyFileSync, existsSync, linkSync, rmSync } from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import type { Env } from '../../platform/env.ts';
import { keyBeside } from '../backup/backupFiles.ts';
import { failed } from '../common/commandLine.ts';
import { protect, syncFolder } from '../common/files.ts';
import { besideDatabase, databaseFile, lockExclusively, secretFile } from '../common/sqliteFiles.ts';

/** The database that is about to be replaced. */
interface PresentDatabase {
  /** The name under which it is kept, in a form that can be restored again. */
  aside: string;
  /** Keeps servers away until it is closed. There is none for a database too damaged to be locked. */
  lock: Database.Database | undefined;
  /** Removes what was kept, when nothing is replaced after all. */
  forget: () => void;
}

/** Gives a file a second name. The first one stays, so that at no moment there is none. */
function keepAs(file: string, copy: string): void {
  if (!existsSync(file)) return;
  try {
    linkSync(file, copy);
  } catch {
    // Some file systems have no links.
    copyFileSync(file, copy);
  }
  protect(copy);
}

/** Locks the database. Throws if a server has it open. */
function lockPresent(database: string): Database.Database | undefined {
  let lock: Database.Database | undefined;
  try {
    lock = lockExclusively(database);
  } catch {
    // Too damaged to be locked, so no server runs on it.
    return undefined;
  }
  if (lock) return lock;
  throw failed(`${database} is in use. Stop the server, then restore again. Nothing was changed.`);
}

/** Moves the log of the database into its main file. Returns whether that worked. */
function closeLog(lock: Database.Database): boolean {
  try {
    return lock.pragma('journal_mode = DELETE', { simple: true }) === 'delete';
  } catch {
    return false;
  }
}

/**
 * Keeps the present database and its key under other names, and locks it. Returns nothing if there is none; throws a
 * `CommandError` if a server has it open.
 */
export function takePresent(env: Pick<Env, 'DATA_DIR'>, now: Date): PresentDatabase | undefined {
  const database = databaseFile(env);
  if (!existsSync(database)) return undefined;
  const aside = path.join(env.DATA_DIR, `before-restore-${now.toISOString().replaceAll(':', '-')}.db`);
  const forget = () => {
    for (const file of [aside, ...besideDatabase(aside), keyBeside(aside)]) rmSync(file, { force: true });
  };
  // Before the lock: closing a damaged database would remove its log.
  for (const end of ['', ...besideDatabase('')]) keepAs(database + end, aside + end);
  try {
    const lock = lockPresent(database);
    if (lock && closeLog(lock)) for (const file of besideDatabase(aside)) rmSync(file, { force: true });
    if (existsSync(secretFile(env))) {
      copyFileSync(secretFile(env), keyBeside(aside));
      protect(keyBeside(aside));
    }
    syncFolder(env.DATA_DIR);
    return { aside, lock, forget };
  } catch (error) {
    forget();
    throw error;
  }
}
