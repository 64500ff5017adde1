import { createHash } from 'node:crypto';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Connection } from '../../server/src/commands/common/connection.ts';
import { copyInstance, discardUnfinishedCopy } from '../../server/src/commands/copy/copyInstance.ts';
import { openSource, openTarget, type Source } from '../../server/src/commands/copy/locations.ts';
import { tablesInOrder } from '../../server/src/commands/copy/tables.ts';
import {
  appRoot,
  copyTargets,
  createFilledSqlite,
  createFolder,
  type CopyTarget,
} from '../support/copying.ts';

const { folder, end } = createFolder();
const file = path.join(folder, 'source.db');
/** More than one page of a copy. */
const messages = 510;
let source: Source;

beforeAll(async () => {
  await createFilledSqlite(file, { messages });
  source = await openSource({ kind: 'sqlite', file }, appRoot);
});
afterAll(async () => {
  await source.connection.close();
  end();
});

const jsonColumns = tablesInOrder().flatMap(({ name, columns }) =>
  columns.filter(({ kind }) => kind === 'json').map((column) => `${name}.${column.name}`),
);

/** Returns a value in a form that is quickly compared: long ones by their hash. */
function comparable(value: unknown, isJson: boolean): unknown {
  if (isJson) return JSON.parse(value as string);
  const isLong = Buffer.isBuffer(value) || (typeof value === 'string' && value.length > 1_000);
  return isLong ? createHash('sha256').update(value).digest('hex') : value;
}

/** Returns all rows of a SQLite database, read without the code that copies. */
function allRows(database: string): Record<string, unknown[]> {
  const handle = new Database(database, { readonly: true });
  const tables = tablesInOrder().map(({ name, key }) => {
    const rows = handle.prepare(`select * from ${name} order by ${key.join()}`).all() as object[];
    const compared = rows.map((row) =>
      Object.entries(row).map(([column, value]) => [
        column,
        comparable(value, jsonColumns.includes(`${name}.${column}`)),
      ]),
    );
    return [name, compared] as const;
  });
  handle.close();
  return Object.fromEntries(tables);
}

test('every table of the schema is copied, after the tables it refers to', () => {
  const handle = new Database(file, { readonly: true });
  const present = handle
    .prepare(
      "select name from sqlite_master where type = 'table' and name not like 'sqlite%' and name not like '%fts%' and name not like '\\_\\_%' escape '\\'",
    )
    .pluck()
    .all() as string[];
  handle.close();
  const names = tablesInOrder().map(({ name }) => name);
  // Leases are of running nodes only.
  expect([...names, 'leases'].sort()).toEqual(present.sort());
  for (const { name, references } of tablesInOrder())
    for (const other of references) expect(names.indexOf(other)).toBeLessThan(names.indexOf(name));
  for (const rows of Object.values(allRows(file))) expect(rows).not.toHaveLength(0);
});

describe.each(copyTargets)('a copy from SQLite to $name', ({ create }) => {
  let target: CopyTarget;
  let connection: Connection;
  beforeAll(async () => {
    target = create();
    connection = await target.open();
  });
  afterAll(() => target.end());

  test('refuses a target that is not empty, and changes nothing there', async () => {
    await connection.query(`insert into settings (key, value, updated_at) values ('k', '1', 1)`);
    const copying = copyInstance({ source: source.connection, target: connection, withSessions: true });
    await expect(copying).rejects.toMatchObject({
      message: expect.stringMatching(
        connection.holdsOnlyCopies ? /differs/ : /is not empty: its table settings has 1 rows/,
      ),
      exitCode: 1,
    });
    await connection.query('delete from settings');
    const copies = await connection.query('select count(*) as count from users');
    expect(Number(copies[0]!.count)).toBe(0);
  });

  test('contains all rows of all tables, and can be copied back to SQLite without a difference', async () => {
    const result = await copyInstance({ source: source.connection, target: connection, withSessions: true });
    expect(result).toMatchObject({ resumed: false });
    expect(result.tables.find(({ name }) => name === 'messages')).toMatchObject({ rows: messages });

    const back = path.join(folder, `back-from-${target.name}.db`);
    const returned = await openTarget({ kind: 'sqlite', file: back }, appRoot, false);
    await copyInstance({ source: connection, target: returned.connection, withSessions: true });
    await returned.finish();
    expect(allRows(back)).toEqual(allRows(file));
  });

  test('numbers new rows after the copied ones', async () => {
    await connection.query(
      `insert into audit_log (at, action, target_type, target_id, details) values (1, 'a', 't', 'i', '{}')`,
    );
    const rows = await connection.query('select max(seq) as seq from audit_log');
    expect(Number(rows[0]!.seq)).toBe(1_000_001);
  });
});

describe.each(copyTargets)('an interrupted copy to $name', ({ create }) => {
  let target: CopyTarget;
  let small: Source;
  beforeAll(async () => {
    target = create();
    const smallFile = path.join(folder, `small-for-${target.name}.db`);
    await createFilledSqlite(smallFile, { messages: 3, largeBytes: 100 });
    small = await openSource({ kind: 'sqlite', file: smallFile }, appRoot);
  });
  afterAll(async () => {
    await target.end();
    await small.connection.close();
  });

  /** Fails before or after the statement of this number, and for good from then on, like a killed process. */
  function mortal(connection: Connection, statement: number, executes: boolean): Connection {
    let count = 0;
    return {
      ...connection,
      async query(text, values) {
        if (++count > statement || (count === statement && !executes)) throw new Error('killed');
        const rows = await connection.query(text, values);
        if (count === statement) throw new Error('killed');
        return rows;
      },
    };
  }

  /** Copies until killed at the statement. Returns the connection when the copy is complete. */
  async function copyUntil(statement: number, executes: boolean): Promise<Connection | undefined> {
    const connection = await target.open();
    try {
      await copyInstance({
        source: small.connection,
        target: mortal(connection, statement, executes),
        withSessions: false,
      });
      return connection;
    } catch (error) {
      // Killed right after the last statement: the copy is complete.
      if (!connection.holdsOnlyCopies && /is not empty/.test(String(error))) return connection;
      expect(String(error)).toMatch(/killed/);
      await target.kill();
      return undefined;
    }
  }

  test('continues wherever it was killed, and doubles and loses nothing', async () => {
    let connection: Connection | undefined;
    let attempts = 0;
    // Odd steps, so that it is killed before some statements and after others.
    for (let statement = 1; !connection; statement += 3) {
      connection = await copyUntil(statement, statement % 2 === 0);
      attempts++;
    }
    expect(attempts).toBeGreaterThan(15);
    const rows = await connection.query('select count(*) as count, count(distinct id) as ids from messages');
    expect([Number(rows[0]!.count), Number(rows[0]!.ids)]).toEqual([3, 3]);
    const sessions = await connection.query('select count(*) as count from sessions');
    expect(Number(sessions[0]!.count)).toBe(0);
    const again = copyInstance({ source: small.connection, target: connection, withSessions: false });
    // Complete: a server that holds it is refused. A file that did not get its name yet is compared once more.
    if (connection.holdsOnlyCopies) expect(await again).toMatchObject({ resumed: true });
    else await expect(again).rejects.toThrow(/is not empty/);
  });
});

describe('an unfinished copy', () => {
  /** Begins a copy to a new SQLite file, and lets it fail while it copies messages. */
  async function createUnfinished(name: string) {
    const location = { kind: 'sqlite', file: path.join(folder, name) } as const;
    const target = await openTarget(location, appRoot, false);
    const copying = copyInstance({
      source: source.connection,
      target: target.connection,
      withSessions: false,
      onProgress(table) {
        if (table === 'messages') throw new Error('killed');
      },
    });
    await expect(copying).rejects.toThrow(/messages could not be copied: killed/);
    await target.connection.close();
    return location;
  }

  test('is not continued with another instance or another choice of sessions', async () => {
    const location = await createUnfinished('choice.db');
    const target = await openTarget(location, appRoot, false);
    const copying = copyInstance({
      source: source.connection,
      target: target.connection,
      withSessions: true,
    });
    await expect(copying).rejects.toThrow(/unfinished copy of another instance, or .* --with-sessions/);
    await target.connection.close();
  });

  test('is noticed when the source has changed since, and can be started over', async () => {
    const location = await createUnfinished('changed.db');
    const changed = path.join(folder, 'changed-source.db');
    const writer = new Database(file);
    await writer.backup(changed);
    writer.close();
    const later = new Database(changed);
    later.exec("update users set name = 'Renamed' where id = 'u2'");
    later.close();
    const newSource = await openSource({ kind: 'sqlite', file: changed }, appRoot);
    const copy = async (startOver: boolean) => {
      const target = await openTarget(location, appRoot, startOver);
      try {
        return await copyInstance({
          source: newSource.connection,
          target: target.connection,
          withSessions: false,
        });
      } finally {
        await target.connection.close();
      }
    };
    await expect(copy(false)).rejects.toThrow(/The table users differs: 2 rows in the source, 2 in the copy/);
    expect(await copy(true)).toMatchObject({ resumed: false });
    await newSource.connection.close();
  });

  test('is discarded only where there is one', async () => {
    const target = copyTargets[1]!.create();
    const connection = await target.open();
    await connection.query(`insert into settings (key, value, updated_at) values ('k', '1', 1)`);
    await discardUnfinishedCopy(connection);
    expect(await connection.query('select key from settings')).toEqual([{ key: 'k' }]);
    await target.end();
  });
});
