import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { backupDatabase } from '../../../server/src/commands/backup/backupDatabase.ts';
import { requireWholeDatabase } from '../../../server/src/commands/common/sqliteFiles.ts';
import { appRoot, createFilledSqlite, createFolder } from '../../support/copying.ts';

let folder: string;
let end: () => void;
let backups: string;

beforeEach(() => {
  ({ folder, end } = createFolder());
  backups = path.join(folder, 'backups');
});
afterEach(() => end());

const env = () => ({ DATA_DIR: folder, WEBUI_SECRET_KEY: undefined, appRoot });
const backup = (seconds = 0, keep = 7) =>
  backupDatabase({ env: env(), folder: backups, keep, now: new Date(1_750_000_000_000 + seconds * 1_000) });
const mode = (file: string) => statSync(file).mode & 0o777;

describe('refusals', () => {
  test('a data folder without a database is refused, and no folder is created', async () => {
    await expect(backup()).rejects.toThrow(/There is no database .* Set DATA_DIR/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a damaged database is not kept as a backup', async () => {
    await createFilledSqlite(path.join(folder, 'parley.db'), { largeBytes: 100 });
    const file = path.join(folder, 'parley.db');
    const content = readFileSync(file);
    content.fill(0xff, 3 * 4_096, 12 * 4_096);
    writeFileSync(file, content);
    await expect(backup()).rejects.toThrow(/The backup failed, and nothing was kept of it/);
    expect(readdirSync(backups)).toEqual([]);
  });

  test('a database with rows that refer to missing rows is not kept as a backup', async () => {
    const file = path.join(folder, 'parley.db');
    await createFilledSqlite(file, { largeBytes: 100 });
    const handle = new Database(file);
    handle.exec("pragma foreign_keys = off; update chats set owner_id = 'nobody' where id = 'c2'");
    handle.close();
    await expect(backup()).rejects.toThrow(/1 rows refer to missing rows, the first in chats/);
    expect(readdirSync(backups)).toEqual([]);
  });
});

describe('a backup', () => {
  beforeEach(() => createFilledSqlite(path.join(folder, 'parley.db'), { largeBytes: 100 }));

  test('is whole, named by its UTC time, and readable by its owner only', async () => {
    writeFileSync(path.join(folder, 'secret.key'), 'a secret of this instance', { mode: 0o644 });
    const { file, keyFile } = await backup();
    expect(path.basename(file)).toBe('parley-2025-06-15T15-06-40.000Z.db');
    expect(readdirSync(backups).sort()).toEqual([path.basename(file), path.basename(keyFile!)].sort());
    expect(readFileSync(keyFile!, 'utf8')).toBe('a secret of this instance');
    expect([mode(backups), mode(file), mode(keyFile!)]).toEqual([0o700, 0o600, 0o600]);
    expect(await requireWholeDatabase(file, appRoot)).toBe('current');
  });

  test('holds no key when the key comes from the environment', async () => {
    writeFileSync(path.join(folder, 'secret.key'), 'an old secret nobody uses');
    const withKey = { ...env(), WEBUI_SECRET_KEY: 'a secret of the environment' };
    const { keyFile } = await backupDatabase({ env: withKey, folder: backups, keep: 7 });
    expect(keyFile).toBeUndefined();
    expect(readdirSync(backups)).toHaveLength(1);
  });

  test('contains what was committed, while a server has the database open', async () => {
    const writer = new Database(path.join(folder, 'parley.db'));
    writer.exec(
      "insert into settings (key, value, updated_at) values ('committed', '1', 1); begin immediate",
    );
    writer.exec("insert into settings (key, value, updated_at) values ('not committed', '1', 1)");
    const { file } = await backup();
    writer.exec('rollback');
    writer.close();
    const copy = new Database(file, { readonly: true });
    expect(copy.prepare("select key from settings where key like '%committed'").pluck().all()).toEqual([
      'committed',
    ]);
    copy.close();
  });

  test('pushes out the oldest ones, and deletes only files that a backup made', async () => {
    writeFileSync(path.join(folder, 'secret.key'), 'a secret of this instance');
    await backup(0);
    const others = ['parley-2020.db', 'parley-2001-01-01T00-00-00.000Z.db.bak', 'notes.txt', 'parley.db'];
    for (const name of others) writeFileSync(path.join(backups, name), '');
    await backup(1, 2);
    const { removed } = await backup(2, 2);
    expect(removed).toEqual(['parley-2025-06-15T15-06-40.000Z.db']);
    const times = ['parley-2025-06-15T15-06-41.000Z', 'parley-2025-06-15T15-06-42.000Z'];
    const kept = times.flatMap((name) => [`${name}.db`, `${name}.key`]);
    expect(readdirSync(backups).sort()).toEqual([...others, ...kept].sort());
  });

  test('removes what killed backups left, but not what another one is writing', async () => {
    await backup();
    const [left, written] = ['2020-01-01T00-00-00.000Z', '2020-01-02T00-00-00.000Z'].map((time) =>
      path.join(backups, `parley-${time}.db.unfinished`),
    );
    for (const file of [left!, written!]) writeFileSync(file, 'half');
    utimesSync(left!, 0, 0);
    await backupDatabase({ env: env(), folder: backups, keep: 7 });
    expect(readdirSync(backups)).not.toContain(path.basename(left!));
    expect(readdirSync(backups)).toContain(path.basename(written!));
    rmSync(written!);
  });
});
