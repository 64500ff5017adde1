import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import type { Env } from '../../platform/env.ts';
import { failed } from './commandLine.ts';
import { openSqliteFile, sqliteConnection } from './connection.ts';
import { schemaState, type SchemaState } from './schemaState.ts';

export const databaseFile = (env: Pick<Env, 'DATA_DIR'>): string => path.join(env.DATA_DIR, 'parley.db');
export const secretFile = (env: Pick<Env, 'DATA_DIR'>): string => path.join(env.DATA_DIR, 'secret.key');

/** The files SQLite may keep beside a database. */
export const besideDatabase = (file: string): string[] =>
  ['-wal', '-shm', '-journal'].map((end) => file + end);

/** Milliseconds to wait for a lock that another process holds only for a moment. */
const lockTimeoutMs = 1_000;

/**
 * Returns a handle that locks a database until it is closed. Returns nothing if another process has it open: a running
 * server holds a shared lock all the time, and a killed one holds none.
 */
export function lockExclusively(file: string): Database.Database | undefined {
  const handle = new Database(file, { fileMustExist: true, timeout: lockTimeoutMs });
  try {
    handle.pragma('locking_mode = EXCLUSIVE');
    handle.exec('BEGIN EXCLUSIVE; COMMIT');
    return handle;
  } catch (error) {
    handle.close();
    if (String((error as { code?: string }).code).startsWith('SQLITE_BUSY')) return undefined;
    throw error;
  }
}

/** Whether another process has the database open. A database that cannot be locked at all counts as not in use. */
export function isInUse(file: string): boolean {
  if (!existsSync(file)) return false;
  try {
    const lock = lockExclusively(file);
    lock?.close();
    return lock === undefined;
  } catch {
    return false;
  }
}

/** Returns what is damaged in a database, in SQLite's words. Nothing when it is whole. */
export function findDamage(handle: Database.Database, { quick = false } = {}): string | undefined {
  try {
    const check = quick ? 'quick_check(1)' : 'integrity_check(1)';
    const result = handle.pragma(check, { simple: true }) as string;
    if (result !== 'ok') return result;
    const broken = handle.pragma('foreign_key_check') as { table: string }[];
    if (broken.length > 0)
      return `${broken.length} rows refer to missing rows, the first in ${broken[0]!.table}`;
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Checks that a file is a whole database of Parley, and returns the state of its schema. Throws if it is not. */
export async function requireWholeDatabase(file: string, appRoot: string): Promise<SchemaState> {
  const handle = openSqliteFile(file, { readonly: true });
  try {
    const damage = findDamage(handle);
    if (damage) throw failed(`${file} is damaged: ${damage}.`);
    const state = await schemaState(sqliteConnection(handle, file), appRoot);
    if (state === 'none') throw failed(`${file} is not a database of Parley.`);
    return state;
  } finally {
    handle.close();
  }
}

/** Writes a whole copy of a database as one moment saw it, also while a server writes to it. */
export function snapshotInto(file: string, copy: string): void {
  const handle = openSqliteFile(file, { readonly: true });
  try {
    // Unlike SQLite's backup API, it reads one snapshot: the writes of a busy server never make it start again.
    handle.prepare('VACUUM INTO ?').run(copy);
  } finally {
    handle.close();
  }
}

/** Bytes of a database, including what SQLite has not yet moved into its main file. */
export const databaseBytes = (file: string): number =>
  [file, `${file}-wal`].reduce(
    (sum, each) => sum + (statSync(each, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
