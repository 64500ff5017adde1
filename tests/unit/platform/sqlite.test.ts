import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { sql } from 'drizzle-orm';
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

test('a search of many chats reads the full-text index once, not for every chat', async () => {
  mkdirSync(folder, { recursive: true });
  const store = openSqlite(path.join(folder, 'search.db'), path.resolve('drizzle/sqlite'));
  const { chats } = store.t;
  const hasMatch = store.dialect.chatHasMatch('ann', chats.id, ['plan']);
  const plan = await store.rows<{ detail: string }>(
    sql`explain query plan select id from ${chats} where ${hasMatch}`,
  );
  const details = plan.map(({ detail }) => detail);
  expect(details).toContainEqual(expect.stringMatching(/^SCAN messages_fts VIRTUAL TABLE/));
  // A correlated list would be read again for every chat.
  expect(details).toContainEqual(expect.stringMatching(/^LIST SUBQUERY/));
  await store.close();
});
