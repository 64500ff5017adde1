import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, test } from '@jest/globals';
import { openSqlite } from '../../../server/src/platform/db/sqlite.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'parley-probe-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a failed probe leaves no open transaction', async () => {
  const file = path.join(folder, 'parley.db');
  const store = openSqlite(file, path.resolve('drizzle/sqlite'));
  const other = new Database(file, { timeout: 100 });
  other.exec('alter table settings rename to away');
  await expect(store.probe()).rejects.toMatchObject({ message: expect.stringContaining('no such table') });
  other.exec('alter table away rename to settings');
  await store.tx(() => store.db.insert(store.t.settings).values({ key: 'a', value: 1, updatedAt: 0 }));
  expect(other.prepare('select key from settings').pluck().all()).toEqual(['a']);
  other.close();
  await store.close();
});
