import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AuditQueries } from '../../server/src/features/audit/audit.queries.ts';
import { ChatQueries } from '../../server/src/features/chats/chats.queries.ts';
import { StorageQueries } from '../../server/src/features/chats/storage.queries.ts';
import { StorageService } from '../../server/src/features/usage/storage.service.ts';
import { ChatService } from '../../server/src/features/chats/chats.service.ts';
import { MessageAnnouncer } from '../../server/src/features/messages/announcer.service.ts';
import type { AnswerService } from '../../server/src/features/messages/answers.service.ts';
import type { AnswerWriter } from '../../server/src/features/messages/messages.contract.ts';
import { createMessages } from '../../server/src/features/messages/messages.feature.ts';
import { MessageQueries } from '../../server/src/features/messages/messages.queries.ts';
import type { ModelService } from '../../server/src/features/models/models.service.ts';
import { UserQueries } from '../../server/src/features/users/users.queries.ts';
import type { DomainError } from '../../server/src/platform/errors.ts';
import type { Store } from '../../server/src/platform/db/store.ts';
import type { Actor } from '../../server/src/platform/policy.ts';
import { createTestPlatform } from '../support/platform.ts';
import { backends } from '../support/stores.ts';

const ann: Actor = { id: 'ann', name: 'Ann', email: 'ann@example.org', role: 'user' };

/** Writes nothing: questions are stored, and their answers stay empty and streaming. */
const answers: AnswerWriter = {
  withCapacity: (_userId, work) => work(),
  start: () => undefined,
  reopen: () => undefined,
  stop: () => Promise.resolve(),
  withLiveText: (row) => Promise.resolve(row),
};
const models = { require: () => Promise.resolve('m') } as unknown as ModelService;

/** Races that only show where transactions really run in parallel: on PostgreSQL. */
describe.each(backends)('concurrent requests on $name', ({ open }) => {
  let store: Store;
  let chats: ChatService;
  let answerService: AnswerService;
  let chatQueries: ChatQueries;
  let queries: MessageQueries;

  beforeAll(async () => {
    store = await open();
    const platform = createTestPlatform(store);
    chatQueries = new ChatQueries(platform);
    queries = new MessageQueries(platform);
    const audit = new AuditQueries(platform);
    const storage = new StorageService(platform, {
      queries: new StorageQueries(platform),
      messages: queries,
    });
    chats = new ChatService(platform, { queries: chatQueries, messages: queries, storage, audit });
    const announcer = new MessageAnnouncer(platform, { chats, chatQueries, queries });
    const parts = { chats, chatQueries, queries, announcer, answers, models };
    ({ answers: answerService } = createMessages(platform, parts));
    await new UserQueries(platform).insert({ ...ann, passwordHash: '' });
  });
  afterAll(() => store.close());

  const twentyTimes = <T>(task: (i: number) => Promise<T>) =>
    Promise.allSettled(Array.from({ length: 20 }, (_, i) => task(i)));
  const outcome = (result: PromiseSettledResult<unknown>) =>
    result.status === 'fulfilled' ? 'done' : (result.reason as DomainError).code;

  test('twenty different questions start one answer', async () => {
    const { id } = await chats.create(ann, {});
    const asked = await twentyTimes((i) =>
      answerService.ask(ann, id, { content: `Question ${i}`, parentId: null }),
    );
    expect(asked.map(outcome).sort()).toEqual(['done', ...Array<string>(19).fill('streaming')]);
    expect(await queries.pageOfChat(id, 0, 9)).toHaveLength(2);
    expect(await chatQueries.byId(id)).toMatchObject({ messageCount: 2, version: 1 });
  });

  test('a question sent twenty times is asked once', async () => {
    const { id } = await chats.create(ann, {});
    const asked = await twentyTimes(() =>
      answerService.ask(ann, id, { content: 'Question', idempotencyKey: 'one' }),
    );
    expect(asked.map(outcome)).toEqual(Array<string>(20).fill('done'));
    expect(await queries.pageOfChat(id, 0, 9)).toHaveLength(2);
  });

  test('a chat created twenty times with one key exists once', async () => {
    const created = await twentyTimes(async () => (await chats.create(ann, { idempotencyKey: 'one' })).id);
    const ids = created.map((result) => (result.status === 'fulfilled' ? result.value : outcome(result)));
    expect(new Set(ids).size).toBe(1);
  });

  test('nothing is written to a chat that is deleted while it is asked', async () => {
    const { id } = await chats.create(ann, {});
    const asking = twentyTimes((i) => answerService.ask(ann, id, { content: `Question ${i}` }));
    await chats.remove(ann, id);
    const outcomes = (await asking).map(outcome);
    for (const each of outcomes) expect(['done', 'streaming', 'not_found']).toContain(each);
    expect(await queries.pageOfChat(id, 0, 9)).toEqual([]);
  });

  test('a chat is locked only at the version it has', async () => {
    const { id } = await chats.create(ann, {});
    const version = (await chatQueries.incrementVersion(id))!;
    expect(await store.tx(() => chatQueries.lockAtVersion(id, version - 1))).toBe(false);
    expect(await store.tx(() => chatQueries.lockAtVersion(id, version))).toBe(true);
    expect(await chatQueries.byId(id)).toMatchObject({ version });
  });
});
