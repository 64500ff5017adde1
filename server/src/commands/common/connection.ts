import { mkdirSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import pg from 'pg';
import { describe, failed } from './commandLine.ts';
import { withoutPassword } from './databaseUrl.ts';

export type SqlRow = Record<string, unknown>;

/** One connection to a database. Commands use it instead of a store, because opening a store migrates the database. */
export interface Connection {
  readonly dialect: 'sqlite' | 'postgres';
  /** What people call this database, without a password. */
  readonly name: string;
  /** Whether it is a file that only copies are written to, so that rows in it can be nothing but a copy. */
  readonly holdsOnlyCopies?: boolean;
  /** Runs one statement with `?` in place of values. */
  query(text: string, values?: unknown[]): Promise<SqlRow[]>;
  close(): Promise<void>;
}

/** Milliseconds to wait for a lock of another process. Nothing else runs in a command. */
const busyTimeoutMs = 10_000;
const connectTimeoutMs = 10_000;

/** Returns a connection over a SQLite handle. `close` closes the handle. */
export function sqliteConnection(handle: Database.Database, name: string): Connection {
  const prepared = new Map<string, Database.Statement>();
  const prepare = (text: string) => {
    const statement = prepared.get(text) ?? handle.prepare(text);
    prepared.set(text, statement);
    return statement;
  };
  return {
    dialect: 'sqlite',
    name,
    async query(text, values = []) {
      const statement = prepare(text);
      if (statement.reader) return statement.all(...values) as SqlRow[];
      statement.run(...values);
      return [];
    },
    async close() {
      handle.close();
    },
  };
}

/** Opens an existing SQLite database. Throws a `CommandError` if it cannot be read. */
export function openSqliteFile(file: string, { readonly }: { readonly: boolean }): Database.Database {
  try {
    const handle = new Database(file, { readonly, fileMustExist: true, timeout: busyTimeoutMs });
    handle.pragma('trusted_schema = OFF');
    // Reads the header: a file of another format is reported here.
    handle.prepare('select count(*) from sqlite_master').get();
    return handle;
  } catch (error) {
    throw failed(`${file} cannot be opened as a SQLite database: ${describe(error)}.`);
  }
}

/** Creates the folder of a file, readable by its owner only. */
export function createFolderOf(file: string): void {
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true, mode: 0o700 });
}

/** What PostgreSQL's driver and PGlite have in common. */
interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** Returns a connection over a PostgreSQL client. */
export function postgresConnection(
  client: PostgresClient,
  name: string,
  close: () => Promise<void>,
): Connection {
  return {
    dialect: 'postgres',
    name,
    async query(text, values = []) {
      let number = 0;
      const numbered = text.replace(/\?/g, () => `$${++number}`);
      return (await client.query(numbered, values)).rows as SqlRow[];
    },
    close,
  };
}

/** Connects to a PostgreSQL server. Throws a `CommandError` if it cannot be reached. */
export async function connectPostgres(url: string): Promise<Connection> {
  const name = withoutPassword(url);
  let client: pg.Client;
  try {
    client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs });
    // Without a listener, a lost connection would end the process instead of failing the query.
    client.on('error', () => undefined);
    await client.connect();
  } catch (error) {
    throw failed(
      `Cannot connect to ${name}: ${describe(error)}. Check the address, the user and the password, and that PostgreSQL runs.`,
    );
  }
  // Copying takes longer than any request, and pauses between its queries.
  await client.query('set statement_timeout = 0; set idle_in_transaction_session_timeout = 0');
  return postgresConnection(client, name, () => client.end());
}
