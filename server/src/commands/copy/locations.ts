import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { openPostgres } from '../../platform/db/postgres.ts';
import { openSqlite } from '../../platform/db/sqlite.ts';
import { unfinishedCopyTable } from '../../platform/db/unfinishedCopy.ts';
import { createLog } from '../../platform/log.ts';
import { failed, misused } from '../common/commandLine.ts';
import {
  connectPostgres,
  createFolderOf,
  openSqliteFile,
  sqliteConnection,
  type Connection,
} from '../common/connection.ts';
import { moveIntoPlace } from '../common/files.ts';
import { schemaState, type SchemaState } from '../common/schemaState.ts';
import { besideDatabase, isInUse } from '../common/sqliteFiles.ts';
import { discardUnfinishedCopy, requireEmpty } from './copyInstance.ts';

/** A database as the user names it. */
export type Location = { kind: 'sqlite'; file: string } | { kind: 'postgres'; url: string };

export interface Source {
  connection: Connection;
  /** Whether another program, probably the server, has the database open. */
  inUse: boolean;
}

export interface Target {
  connection: Connection;
  /** Makes the whole copy usable. */
  finish(): Promise<void>;
}

/** Key of the lock that lets one process copy into a database: arbitrary, but the same in every version of Parley. */
const copyLock = 727_275;
/** Milliseconds. After a kill, PostgreSQL first ends the statement that was running. */
const copyLockTimeoutMs = 15_000;

export function parseLocation(option: string, text: string | undefined): Location {
  if (text?.startsWith('sqlite:') && text.length > 'sqlite:'.length)
    return { kind: 'sqlite', file: text.slice('sqlite:'.length) };
  if (text && /^postgres(ql)?:\/\//.test(text)) return { kind: 'postgres', url: text };
  throw misused(`${option} must be sqlite:FILE or postgres://USER:PASSWORD@HOST:PORT/DATABASE.`);
}

const schemaProblems: Record<Exclude<SchemaState, 'current'>, string> = {
  none: 'is not a database of Parley. Check --from.',
  older: 'is from an older version of Parley. Start this version once with it, stop it, then copy.',
  newer: 'is from a newer version of Parley. Copy with that version.',
};

/** Opens the database to copy from. All reads see the same moment. Throws unless its schema is of this version. */
export async function openSource(location: Location, appRoot: string): Promise<Source> {
  const source =
    location.kind === 'sqlite' ? await openSqliteSource(location.file) : await openPgSource(location.url);
  const state = await schemaState(source.connection, appRoot);
  if (state === 'current') return source;
  await source.connection.close();
  throw failed(`${source.connection.name} ${schemaProblems[state]}`);
}

async function openSqliteSource(file: string): Promise<Source> {
  if (!existsSync(file)) throw failed(`There is no file ${file}. Check --from.`);
  const inUse = isInUse(file);
  const connection = sqliteConnection(openSqliteFile(file, { readonly: true }), file);
  await connection.query('begin');
  // The snapshot begins with the first read.
  await connection.query('select count(*) from sqlite_master');
  return { connection, inUse };
}

async function openPgSource(url: string): Promise<Source> {
  const connection = await connectPostgres(url);
  const others = await connection.query(
    `select pid from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
  );
  await connection.query('begin isolation level repeatable read, read only');
  return { connection, inUse: others.length > 0 };
}

/** Opens the database to copy into, and creates its tables. Throws if it is in use, or not empty and not of Parley. */
export function openTarget(location: Location, appRoot: string, startOver: boolean): Promise<Target> {
  return location.kind === 'sqlite'
    ? openSqliteTarget(location.file, appRoot, startOver)
    : openPgTarget(location.url, appRoot, startOver);
}

/** A SQLite copy gets its name only when it is whole. Until then it can be continued, and no server can use it. */
async function openSqliteTarget(file: string, appRoot: string, startOver: boolean): Promise<Target> {
  if ([file, ...besideDatabase(file)].some((each) => existsSync(each)))
    throw failed(`${file} exists already. Move it and its -wal and -shm files away, or name another file.`);
  const unfinished = `${file}.unfinished`;
  if (isInUse(unfinished)) throw failed(`Another copy to ${file} is running. Wait for it, or stop it.`);
  if (startOver)
    for (const each of [unfinished, ...besideDatabase(unfinished)]) rmSync(each, { force: true });
  createFolderOf(file);
  await openSqlite(unfinished, path.join(appRoot, 'drizzle/sqlite')).close();
  const handle = new Database(unfinished, { timeout: 0 });
  handle.pragma('locking_mode = EXCLUSIVE');
  handle.pragma('trusted_schema = OFF');
  handle.pragma('foreign_keys = ON');
  return {
    connection: { ...sqliteConnection(handle, file), holdsOnlyCopies: true },
    async finish() {
      // Moves everything into the main file, which alone gets the final name.
      handle.pragma('journal_mode = DELETE');
      handle.close();
      moveIntoPlace(unfinished, file);
    },
  };
}

async function openPgTarget(url: string, appRoot: string, startOver: boolean): Promise<Target> {
  const connection = await connectPostgres(url);
  try {
    await requireUsable(connection, appRoot);
    await (await openPostgres(url, path.join(appRoot, 'drizzle/postgres'), createLog('silent'))).close();
    if (startOver) await discardUnfinishedCopy(connection);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return { connection, finish: () => Promise.resolve() };
}

async function requireUsable(connection: Connection, appRoot: string): Promise<void> {
  await connection.query(`set lock_timeout = ${copyLockTimeoutMs}`);
  await connection.query('select pg_advisory_lock(?)', [copyLock]).catch(() => {
    throw failed(`Another copy to ${connection.name} is running. Wait for it, or stop it.`);
  });
  const [encoding] = await connection.query('show server_encoding');
  if (encoding!.server_encoding !== 'UTF8')
    throw failed(
      `${connection.name} has the encoding ${String(encoding!.server_encoding)}. Create it with UTF8.`,
    );
  const state = await schemaState(connection, appRoot);
  if (state === 'newer')
    throw failed(`${connection.name} is from a newer version of Parley. Name an empty database.`);
  const present = await tablesIn(connection);
  if (state === 'none' && present.length > 0)
    throw failed(`${connection.name} is not empty: it has the table ${present[0]}. Name an empty database.`);
  // Before the migrations, so that an instance named by mistake is not touched.
  if (!present.includes(unfinishedCopyTable)) await requireEmpty(connection, present);
}

async function tablesIn(connection: Connection): Promise<string[]> {
  const rows = await connection.query(
    `select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  return rows.map((row) => String(row.table_name));
}
