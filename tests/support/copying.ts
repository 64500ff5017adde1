import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { postgresConnection, type Connection } from '../../server/src/commands/common/connection.ts';
import { openTarget } from '../../server/src/commands/copy/locations.ts';
import { openSqlite } from '../../server/src/platform/db/sqlite.ts';
import type { Store } from '../../server/src/platform/db/store.ts';
import { createDatabase } from './postgresServer.ts';

export const appRoot = path.resolve('.');
export const sqliteMigrations = path.resolve('drizzle/sqlite');

/** A folder that is removed by `end`. */
export function createFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-commands-'));
  return { folder, end: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A database to copy into, which can be opened again after a failure. */
export interface CopyTarget {
  name: string;
  /** Opens a connection; called again after a failure. */
  open(): Promise<Connection>;
  /** Ends the connection as if the process had been killed. */
  kill(): Promise<void>;
  end(): Promise<void>;
}

const sqliteTarget = (): CopyTarget => {
  const { folder, end } = createFolder();
  const location = { kind: 'sqlite', file: path.join(folder, 'copy.db') } as const;
  let connection: Connection;
  return {
    name: 'SQLite',
    open: async () => (connection = (await openTarget(location, appRoot, false)).connection),
    kill: () => connection.close(),
    async end() {
      await connection.close();
      end();
    },
  };
};

const pgliteTarget = (): CopyTarget => {
  const client = new PGlite();
  const ready = migrate(drizzle(client), { migrationsFolder: path.resolve('drizzle/postgres') });
  return {
    name: 'PGlite',
    async open() {
      await ready;
      return postgresConnection(client, 'PGlite', () => Promise.resolve());
    },
    async kill() {
      await client.query('rollback');
    },
    end: () => client.close(),
  };
};

const postgresTarget = (serverUrl: string): CopyTarget => {
  const creating = createDatabase(serverUrl);
  let connection: Connection;
  return {
    name: 'PostgreSQL',
    async open() {
      const { url } = await creating;
      return (connection = (await openTarget({ kind: 'postgres', url }, appRoot, false)).connection);
    },
    kill: () => connection.close(),
    async end() {
      await connection.close();
      await (await creating).drop();
    },
  };
};

/** The databases an instance can be copied into; includes a PostgreSQL server when `PG_URL` is set. */
export const copyTargets: { name: string; create: () => CopyTarget }[] = [
  { name: 'SQLite', create: sqliteTarget },
  { name: 'PGlite', create: pgliteTarget },
  ...(process.env.PG_URL ? [{ name: 'PostgreSQL', create: () => postgresTarget(process.env.PG_URL!) }] : []),
];

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
/** Bytes of a value that is larger than half a page of a copy. */
const largeBytesDefault = 2_500_000;
const at = 1_750_000_000_123;

interface FillOptions {
  messages?: number;
  /** Bytes of the largest values. */
  largeBytes?: number;
}

async function fillConversations(store: Store, { messages, largeBytes }: Required<FillOptions>) {
  const { chats, messages: table } = store.t;
  const chat = { titleKey: 'äß', settings: {}, createdAt: at, updatedAt: at };
  await store.db.insert(chats).values([
    {
      ...chat,
      id: 'c1',
      ownerId: 'u1',
      title: "Äß “quoted” ' \\ 😀",
      settings: { systemPrompt: '{"a": [1, null]}\n', temperature: 0.1, topP: 1, maxTokens: 0 },
      pinned: true,
      activeMessageId: 'm1',
      version: 2_147_483_647,
      messageCount: messages,
      model: 'a/b',
    },
    { ...chat, id: 'c2', ownerId: 'u1', title: '', archived: true, source: 'chatgpt', sourceId: 'x' },
    { ...chat, id: 'C2', ownerId: 'u2', title: 'Other case', titleIsAutomatic: false },
  ]);
  const message = { chatId: 'c1', role: 'user', status: 'complete', createdAt: at } as const;
  for (let i = 0; i < messages; i++)
    await store.db.insert(table).values({
      ...message,
      id: `m${i}`,
      parentId: i === 0 ? null : `m${i - 1}`,
      content: i === 3 ? 'large '.repeat(largeBytes / 6) : i === 4 ? 'x'.repeat(largeBytes) : `Word${i} ☂`,
      role: i % 2 ? 'assistant' : 'user',
      status: i === 5 ? 'streaming' : 'complete',
      edited: i === 6,
      reasoning: i === 7 ? '' : null,
      reasoningMs: i === 7 ? 0 : null,
      idempotencyKey: i === 8 ? 'key' : null,
    });
}

async function fillLinks(store: Store, largeBytes: number) {
  const { sharedLinks, sharedLinkVersions, sharedLinkAudience } = store.t;
  const link = { ownerId: 'u1', title: 'T', titleKey: 't', currentVersion: 2, createdAt: at, updatedAt: at };
  await store.db.insert(sharedLinks).values([
    { ...link, id: 'l1', chatId: 'c1', showAuthor: true, audienceKind: 'instance', expiresAt: at * 2 },
    { ...link, id: 'l2', chatId: 'c2', showAuthor: false, audienceKind: 'restricted', revokedAt: at },
  ]);
  const version = { linkId: 'l1', messageCount: 1, contentHash: 'h', chatVersion: 1, createdAt: at };
  await store.db.insert(sharedLinkVersions).values([
    { ...version, number: 1, body: everyByte },
    { ...version, number: 2, body: Buffer.alloc(0) },
    { ...version, linkId: 'l2', number: 1, body: Buffer.alloc(largeBytes, 7) },
  ]);
  await store.db.insert(sharedLinkAudience).values([
    { linkId: 'l2', kind: 'user', principalId: 'u2' },
    { linkId: 'l2', kind: 'user', principalId: 'left long ago' },
  ]);
}

/** Writes rows into every table, with values that databases store differently. */
export async function fillEveryTable(
  store: Store,
  { messages = 20, largeBytes = largeBytesDefault }: FillOptions = {},
): Promise<void> {
  const { users, bootstrap, sessions, accountLinks, settings, connections, auditLog } = store.t;
  await store.tx(async () => {
    const user = { passwordHash: '$argon2id$', createdAt: at };
    await store.db.insert(users).values([
      { ...user, id: 'u1', name: 'Ann', email: 'ann@example.org', role: 'admin', lastActiveAt: at },
      { ...user, id: 'u2', name: "O'Neil\n", email: 'o@example.org', role: 'user', active: false },
    ]);
    await store.db.insert(bootstrap).values({ id: 1, userId: 'u1' });
    await store.db.insert(sessions).values([
      { sidHash: 's1', userId: 'u1', data: '{"cookie":{}}', createdAt: at, expiresAt: at * 2 },
      { sidHash: 's2', userId: null, data: '{}', createdAt: at, expiresAt: at, revokedAt: at },
    ]);
    const link = { kind: 'reset' as const, createdAt: at, expiresAt: at * 2 };
    await store.db.insert(accountLinks).values([
      { ...link, userId: 'u1', tokenHash: 'h1' },
      { ...link, userId: 'u2', tokenHash: 'h2', kind: 'invite' },
    ]);
    await fillConversations(store, { messages, largeBytes });
    await fillLinks(store, largeBytes);
    await store.db.insert(settings).values([
      { key: 'name', value: 'Größe', updatedAt: at },
      { key: 'demoModel', value: false, updatedAt: at },
      { key: 'later', value: { b: [1.5, null, '1'], a: { z: '', 10: true } }, updatedAt: at },
    ]);
    await store.db.insert(connections).values([
      {
        id: 'k1',
        name: 'One',
        baseUrl: 'http://a/v1',
        apiKeyCipher: 'v1.x',
        enabled: true,
        createdAt: at,
        updatedAt: at,
      },
      { id: 'k2', name: 'Two', baseUrl: 'http://b/v1', enabled: false, createdAt: at, updatedAt: at },
    ]);
    const entry = { at, action: 'a', targetType: 't', targetId: 'i' };
    await store.db.insert(auditLog).values([
      { ...entry, seq: 7, details: {} },
      { ...entry, seq: 1_000_000, actorId: 'u1', details: { name: 'Ä', list: [], nested: { deep: null } } },
    ]);
  });
}

/** Creates a SQLite database with rows in every table. */
export async function createFilledSqlite(file: string, options?: FillOptions): Promise<void> {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const store = openSqlite(file, sqliteMigrations);
  await fillEveryTable(store, options);
  await store.close();
}
