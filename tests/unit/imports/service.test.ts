import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { limits } from '#shared/limits';
import { AuditQueries } from '../../../server/src/features/audit/audit.queries.ts';
import type { ImportedChat } from '../../../server/src/features/imports/formats/importedChat.ts';
import { ImportQueries } from '../../../server/src/features/imports/imports.queries.ts';
import { ImportService } from '../../../server/src/features/imports/imports.service.ts';
import {
  UnreadableFile,
  type ImportEvent,
} from '../../../server/src/features/imports/reader/importEvents.ts';
import type { ReaderTask } from '../../../server/src/features/imports/reader/readImport.ts';
import { StorageQueries } from '../../../server/src/features/chats/storage.queries.ts';
import { StorageService } from '../../../server/src/features/usage/storage.service.ts';
import { ChatQueries } from '../../../server/src/features/chats/chats.queries.ts';
import { MessageQueries } from '../../../server/src/features/messages/messages.queries.ts';
import { UserQueries } from '../../../server/src/features/users/users.queries.ts';
import { UserService } from '../../../server/src/features/users/users.service.ts';
import { openSqlite } from '../../../server/src/platform/db/sqlite.ts';
import type { Store } from '../../../server/src/platform/db/store.ts';
import type { Platform } from '../../../server/src/platform/platform.ts';
import { createTestPlatform } from '../../support/platform.ts';

const chat = (title: string): ImportedChat => ({
  source: 'openwebui',
  externalId: title,
  title,
  createdAt: 1_700_000_000_000,
  updatedAt: 1_700_000_000_000,
  archived: false,
  pinned: false,
  model: null,
  settings: {},
  activeExternalId: 'q',
  messages: [
    {
      externalId: 'q',
      parentExternalId: null,
      role: 'user',
      content: 'Hello',
      reasoning: null,
      reasoningMs: null,
      model: null,
      createdAt: 1_700_000_000_000,
    },
  ],
});
const batch = (...titles: string[]): ImportEvent => ({
  kind: 'batch',
  chats: titles.map(chat),
  failures: [],
});

/** Queries that fail for chats of certain titles, like a broken disk or a bug. */
class FailingQueries extends ImportQueries {
  override async insert(ownerId: string, imported: ImportedChat): Promise<boolean> {
    if (imported.title === 'Broken') throw new Error('internal error');
    if (imported.title === 'Full') throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' });
    return super.insert(ownerId, imported);
  }
}

describe('ImportService', () => {
  let folder: string;
  let store: Store;
  let platform: Platform;
  let users: UserQueries;
  const ann = { id: 'ann', name: 'Ann', email: 'ann@example.org', role: 'user' } as const;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'parley-service-'));
    store = openSqlite(path.join(folder, 'parley.db'), path.resolve('drizzle/sqlite'));
    const plain = createTestPlatform(store);
    plain.log.level = 'silent';
    platform = { ...plain, env: { ...plain.env, DATA_DIR: folder } };
    users = new UserQueries(platform);
    for (const id of ['ann', 'bob', 'cem']) {
      await users.insert({ ...ann, id, email: `${id}@example.org`, passwordHash: '' });
    }
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  /** Creates a service that reads these events from any file. */
  const serviceReading = (read: (task: ReaderTask) => AsyncGenerator<ImportEvent>) => {
    const audit = new AuditQueries(platform);
    const messages = new MessageQueries(platform);
    const imports = new FailingQueries(platform, new ChatQueries(platform), messages);
    return new ImportService(platform, {
      imports,
      users: new UserService(platform, { queries: users, audit }),
      storage: new StorageService(platform, { queries: new StorageQueries(platform), messages }),
      audit,
      read,
    });
  };
  const receive = async (file: string) => {
    await writeFile(file, '[]');
    return 'chats.json';
  };
  const titles = async () =>
    (await store.db.select({ title: store.t.chats.title }).from(store.t.chats)).map((c) => c.title);

  test('lists a chat that cannot be saved, and saves the others', async () => {
    const service = serviceReading(async function* () {
      yield batch('One', 'Broken', 'Two');
    });
    expect(await service.run(ann, undefined, receive)).toEqual({
      imported: 2,
      skipped: 0,
      failed: [{ title: 'Broken', reason: 'It could not be saved. Try again later.' }],
    });
    expect(await titles()).toEqual(['One', 'Two']);
  });

  test('stops when the disk is full, and keeps earlier chats', async () => {
    const service = serviceReading(async function* () {
      yield batch('One');
      yield batch('Two', 'Full', 'Three');
      yield batch('Four');
    });
    const { imported, failed } = await service.run(ann, undefined, receive);
    expect([imported, failed]).toEqual([
      1,
      [{ title: 'chats.json', reason: expect.stringContaining('no disk space left') }],
    ]);
    expect(await titles()).toEqual(['One']);
  });

  test('fails if the disk is full from the start', async () => {
    const service = serviceReading(async function* () {
      yield batch('Full');
    });
    await expect(service.run(ann, undefined, receive)).rejects.toMatchObject({ code: 'SQLITE_FULL' });
    expect(await readdir(path.join(folder, 'tmp'))).toEqual([]);
  });

  test('keeps the chats before an internal error, and reports the error', async () => {
    const service = serviceReading(async function* () {
      yield batch('One');
      throw new Error('internal error');
    });
    const { imported, failed } = await service.run(ann, undefined, receive);
    expect(imported).toBe(1);
    expect(failed).toEqual([
      { title: 'chats.json', reason: expect.stringContaining('Something went wrong') },
    ]);
  });

  test('stops when the user has been deactivated meanwhile', async () => {
    const service = serviceReading(async function* () {
      yield batch('One');
      await users.update('ann', { active: false });
      yield batch('Two');
    });
    const { imported, failed } = await service.run(ann, undefined, receive);
    expect([imported, failed[0]!.reason]).toEqual([1, 'Your account can no longer import chats.']);
    expect(await titles()).toEqual(['One']);
  });

  test('stops running imports when the server stops, and waits for them', async () => {
    let stopped: Promise<void> | undefined;
    const service: ImportService = serviceReading(async function* () {
      yield batch('One');
      stopped = service.stop();
      yield batch('Two');
    });
    const { imported, failed } = await service.run(ann, undefined, receive);
    await stopped;
    expect([imported, failed[0]!.reason]).toEqual([
      1,
      'The server was stopped. Import the file again to get the rest.',
    ]);
  });

  test('reads two uploads at the same time, and the third after one of them', async () => {
    const started: (() => void)[] = [];
    let onStart = () => undefined as void;
    const service = serviceReading(async function* () {
      await new Promise<void>((resolve) => {
        started.push(resolve);
        onStart();
      });
      yield batch('One');
    });
    const running = ['ann', 'bob', 'cem'].map((id) => service.run({ ...ann, id }, undefined, receive));
    const starts = (count: number) =>
      new Promise<void>((resolve) => {
        onStart = () => {
          if (started.length === count) resolve();
        };
        onStart();
      });
    await starts(2);
    started[0]!();
    await Promise.race(running);
    await starts(3);
    started.slice(1).forEach((proceed) => proceed());
    expect((await Promise.all(running)).map(({ imported }) => imported)).toEqual([1, 1, 1]);
  });

  const receiveLarge = async (file: string) => {
    await writeFile(file, ' '.repeat(1_000_001));
    return 'large.json';
  };
  test('a small upload does not wait for large ones', async () => {
    let release = () => undefined as void;
    const released = new Promise<void>((resolve) => (release = resolve));
    let reading = 0;
    let onRead = () => undefined as void;
    const service = serviceReading(async function* ({ name }) {
      reading++;
      onRead();
      if (name === 'large.json') await released;
      yield batch('One');
    });
    const bothRead = new Promise<void>((resolve) => {
      onRead = () => {
        if (reading === 2) resolve();
      };
    });
    const large = ['ann', 'bob'].map((id) => service.run({ ...ann, id }, undefined, receiveLarge));
    await bothRead;
    expect(await service.run({ ...ann, id: 'cem' }, undefined, receive)).toMatchObject({ imported: 1 });
    release();
    expect((await Promise.all(large)).map(({ imported }) => imported)).toEqual([1, 1]);
  });

  test('a small archive that contains a lot waits for the large uploads', async () => {
    const bounds: number[] = [];
    const service = serviceReading(async function* (task) {
      bounds.push(task.bounds.unpackedBytes);
      if (task.bounds.unpackedBytes < 5_000_000) throw new UnreadableFile('too large');
      yield { kind: 'total', total: 1 };
      yield batch('One');
    });
    expect(await service.run(ann, undefined, receive)).toEqual({ imported: 1, skipped: 0, failed: [] });
    expect(bounds).toEqual([4_000_000, limits.importUnpackedBytes]);
  });

  test('the failure of a small upload that has been opened is final', async () => {
    const service = serviceReading(async function* () {
      yield { kind: 'total', total: 2 };
      yield batch('One');
      throw new UnreadableFile('The file is damaged.');
    });
    expect(await service.run(ann, undefined, receive)).toEqual({
      imported: 1,
      skipped: 0,
      failed: [{ title: 'chats.json', reason: 'The file is damaged.' }],
    });
  });

  test('an import that takes longer than ten minutes ends, and keeps what it has', async () => {
    let now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    const service = serviceReading(async function* () {
      yield batch('One');
      now += 600_001;
      yield batch('Two');
      yield batch('Three');
    });
    const { imported, failed } = await service.run(ann, undefined, receive);
    jest.restoreAllMocks();
    expect([imported, failed]).toEqual([
      2,
      [{ title: 'chats.json', reason: expect.stringContaining('longer than ten minutes') }],
    ]);
  });

  test('writes counts to the audit log, but no content', async () => {
    const service = serviceReading(async function* () {
      yield batch('One', 'Broken');
      yield batch('One');
    });
    await service.run(ann, undefined, receive);
    const log = await store.db.select().from(store.t.auditLog);
    expect(log).toMatchObject([
      {
        actorId: 'ann',
        action: 'chats.imported',
        targetType: 'user',
        targetId: 'ann',
        details: { imported: 1, skipped: 1, failed: 1 },
      },
    ]);
    expect(JSON.stringify(log)).not.toContain('Broken');
  });
});
