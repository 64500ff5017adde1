import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { backupDatabase } from '../../../server/src/commands/backup/backupDatabase.ts';
import { restoreDatabase } from '../../../server/src/commands/restore/restoreDatabase.ts';
import { openSqlite } from '../../../server/src/platform/db/sqlite.ts';
import { SecretBox } from '../../../server/src/platform/secretBox.ts';
import { appRoot, createFilledSqlite, createFolder, sqliteMigrations } from '../../support/copying.ts';

const secret = 'the secret of the first instance';

let folder: string;
let end: () => void;
let backup: string;

/** Sets and reads a value that tells databases apart. */
function mark(file: string, value: string): void {
  const handle = new Database(file);
  handle.exec(`insert or replace into settings (key, value, updated_at) values ('mark', '"${value}"', 1)`);
  handle.close();
}
function markOf(file: string): unknown {
  const handle = new Database(file, { readonly: true });
  const value = handle.prepare("select value from settings where key = 'mark'").pluck().get() as string;
  handle.close();
  return JSON.parse(value);
}

const inFolder = (...parts: string[]) => path.join(folder, ...parts);
const env = () => ({ DATA_DIR: inFolder('data'), WEBUI_SECRET_KEY: undefined, appRoot });
const restore = (file = backup) => restoreDatabase({ env: env(), file });
const database = () => inFolder('data', 'parley.db');

/** A backup of an instance marked `old`, and a data folder whose database is marked `present`. */
beforeEach(async () => {
  ({ folder, end } = createFolder());
  await createFilledSqlite(inFolder('first', 'parley.db'), { largeBytes: 100 });
  mark(inFolder('first', 'parley.db'), 'old');
  writeFileSync(inFolder('first', 'secret.key'), secret);
  const first = { ...env(), DATA_DIR: inFolder('first') };
  ({ file: backup } = await backupDatabase({ env: first, folder: inFolder('backups'), keep: 7 }));
  await createFilledSqlite(database(), { largeBytes: 100 });
  mark(database(), 'present');
});
afterEach(() => end());

describe('a restore is refused, and nothing is changed,', () => {
  const expectRefusal = async (file: string, message: RegExp) => {
    const before = readdirSync(inFolder('data')).sort();
    await expect(restore(file)).rejects.toMatchObject({
      message: expect.stringMatching(message),
      exitCode: 1,
    });
    expect(markOf(database())).toBe('present');
    const after = readdirSync(inFolder('data')).filter((name) => !/-(wal|shm)$/.test(name));
    expect(after.sort()).toEqual(before.filter((name) => !/-(wal|shm)$/.test(name)));
  };

  test('when there is no such file', () => expectRefusal(inFolder('nothing.db'), /There is no file/));

  test('when the file is not a database', async () => {
    writeFileSync(inFolder('text.db'), 'x'.repeat(10_000));
    await expectRefusal(inFolder('text.db'), /cannot be opened as a SQLite database/);
  });

  test('when the file is a database of another program', async () => {
    new Database(inFolder('other.db')).exec('create table notes (text)').close();
    await expectRefusal(inFolder('other.db'), /is not a database of Parley/);
  });

  test('when the backup is damaged', async () => {
    const content = readFileSync(backup);
    writeFileSync(backup, content.subarray(0, content.length - 20 * 4_096));
    await expectRefusal(backup, /is damaged|cannot be opened/);
  });

  test('when the backup is from a newer version', async () => {
    const handle = new Database(backup);
    handle.exec(`insert into __drizzle_migrations (hash, created_at) values ('later', ${Date.now() * 2})`);
    handle.close();
    await expectRefusal(backup, /is from a newer version of Parley/);
  });

  test('when the file is the database in use', () => expectRefusal(database(), /is the database in use/));

  test('when a server has the database open', async () => {
    const store = openSqlite(database(), sqliteMigrations);
    await expectRefusal(backup, /is in use. Stop the server/);
    await store.close();
  });
});

describe('a restore', () => {
  const mode = (file: string) => statSync(file).mode & 0o777;

  test('puts the backup and its key in place, and keeps the database that was there', async () => {
    writeFileSync(inFolder('data', 'secret.key'), 'the secret of the present instance');
    const restored = await restore();
    expect(restored).toMatchObject({ older: false, keyRestored: true });
    expect(markOf(database())).toBe('old');
    expect(readFileSync(inFolder('data', 'secret.key'), 'utf8')).toBe(secret);
    expect(markOf(restored.aside!)).toBe('present');
    for (const file of [database(), inFolder('data', 'secret.key'), restored.aside!])
      expect(mode(file)).toBe(0o600);

    const back = await restore(restored.aside);
    expect(back.keyRestored).toBe(true);
    expect(markOf(database())).toBe('present');
    expect(readFileSync(inFolder('data', 'secret.key'), 'utf8')).toBe('the secret of the present instance');
    expect(markOf(back.aside!)).toBe('old');
  });

  test('works in a new folder, and the server opens what it finds there', async () => {
    const fresh = { ...env(), DATA_DIR: inFolder('new') };
    expect(await restoreDatabase({ env: fresh, file: backup })).toMatchObject({ aside: undefined });
    const store = openSqlite(inFolder('new', 'parley.db'), sqliteMigrations);
    expect(await store.db.$count(store.t.messages)).toBe(20);
    await store.close();
  });

  test('ends all sessions, because some may have been ended since the backup', async () => {
    await restore();
    const handle = new Database(database(), { readonly: true });
    expect(handle.prepare('select count(*) from sessions').pluck().get()).toBe(0);
    handle.close();
  });

  test('keeps what a crashed server had written, and applies nothing of it to the restored database', async () => {
    const store = openSqlite(database(), sqliteMigrations);
    await store.tx(() => store.db.delete(store.t.settings));
    await store.db.insert(store.t.settings).values({ key: 'mark', value: 'from the log', updatedAt: 1 });
    // A copy of the folder while it is open is what a crash leaves.
    const crashed = inFolder('crashed');
    await createFilledSqlite(path.join(crashed, 'parley.db'), { largeBytes: 100 });
    for (const end of ['', '-wal']) copyFileSync(database() + end, path.join(crashed, `parley.db${end}`));
    await store.close();
    const restored = await restoreDatabase({ env: { ...env(), DATA_DIR: crashed }, file: backup });
    expect(markOf(path.join(crashed, 'parley.db'))).toBe('old');
    expect(markOf(restored.aside!)).toBe('from the log');
  });

  test('replaces a damaged database, and keeps it with all its files', async () => {
    const damaged = 'not a database at all '.repeat(1_000);
    writeFileSync(database(), damaged);
    writeFileSync(`${database()}-wal`, 'its log');
    const { aside } = await restore();
    expect(markOf(database())).toBe('old');
    expect(readFileSync(aside!, 'utf8')).toBe(damaged);
    expect(readFileSync(`${aside}-wal`, 'utf8')).toBe('its log');
    expect(existsSync(`${database()}-wal`)).toBe(false);
  });

  test('names the connections whose API key the present secret does not open', async () => {
    const handle = new Database(backup);
    const seal = (with_: string) => new SecretBox(with_).seal('sk-key');
    const update = handle.prepare('update connections set name = ?, api_key_cipher = ? where id = ?');
    update.run('Readable', seal(secret), 'k1');
    update.run('Unreadable', seal('another secret of long ago'), 'k2');
    handle.close();
    expect((await restore()).unreadableKeys).toEqual(['Unreadable']);
  });

  test('of an older version says so, and the next start migrates it', async () => {
    const handle = new Database(backup);
    const newest = 'select max(created_at) from __drizzle_migrations';
    handle.exec(`delete from __drizzle_migrations where created_at = (${newest});
      drop index chats_storage;
      drop index chats_uncounted;
      alter table chats drop column bytes;
      alter table chats drop column counted_version`);
    handle.close();
    expect(await restore()).toMatchObject({ older: true });
    const store = openSqlite(database(), sqliteMigrations);
    expect(await store.db.$count(store.t.messages)).toBe(20);
    await store.close();
  });
});
