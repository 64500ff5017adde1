import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AuditQueries } from '../../server/src/features/audit/audit.queries.ts';
import { ChatQueries } from '../../server/src/features/chats/chats.queries.ts';
import { ChatService } from '../../server/src/features/chats/chats.service.ts';
import type { GenerationService } from '../../server/src/features/generation/generation.service.ts';
import { MessageQueries, type MessageRow } from '../../server/src/features/messages/messages.queries.ts';
import { MessageService } from '../../server/src/features/messages/messages.service.ts';
import type { ModelService } from '../../server/src/features/models/models.service.ts';
import { UserQueries } from '../../server/src/features/users/users.queries.ts';
import type { DomainError } from '../../server/src/platform/errors.ts';
import type { Store } from '../../server/src/platform/db/store.ts';
import type { Actor } from '../../server/src/platform/policy.ts';
import { createTestPlatform } from '../support/platform.ts';
import { backends } from '../support/stores.ts';

const ann: Actor = { id: 'ann', name: 'Ann', email: 'ann@example.org', role: 'user' };

/** No model answers here: questions are stored, and their answers stay as they begin. */
const generation = {
  requireCapacity: () => undefined,
  start: () => undefined,
  withLiveText: (row: MessageRow) => row,
} as unknown as GenerationService;
const models = { require: () => Promise.resolve('m') } as unknown as ModelService;

/** What only shows where transactions really run beside each other: on PostgreSQL. */
describe.each(backends)('at once on $name', ({ open }) => {
  let store: Store;
  let chats: ChatService;
  let messages: MessageService;
  let queries: { chats: ChatQueries; messages: MessageQueries };

  beforeAll(async () => {
    store = await open();
    const platform = createTestPlatform(store);
    queries = { chats: new ChatQueries(platform), messages: new MessageQueries(platform) };
    chats = new ChatService(platform, { ...queries, generation, audit: new AuditQueries(platform) });
    messages = new MessageService(platform, { ...queries, models, generation });
    await new UserQueries(platform).insert({ ...ann, passwordHash: '' });
  });
  afterAll(() => store.close());

  const twenty = <T>(task: (i: number) => Promise<T>) =>
    Promise.allSettled(Array.from({ length: 20 }, (_, i) => task(i)));
  const outcome = (result: PromiseSettledResult<unknown>) =>
    result.status === 'fulfilled' ? 'done' : (result.reason as DomainError).code;

  test('twenty questions begin one answer', async () => {
    const { id } = await chats.create(ann, {});
    const asked = await twenty((i) => messages.ask(ann, id, { content: `Question ${i}`, parentId: null }));
    expect(asked.map(outcome).sort()).toEqual(['done', ...Array<string>(19).fill('streaming')]);
    expect(await queries.messages.countIn(id)).toBe(2);
    expect(await queries.chats.byId(id)).toMatchObject({ messageCount: 2, version: 1 });
  });

  test('a question that is sent twenty times is asked once', async () => {
    const { id } = await chats.create(ann, {});
    const asked = await twenty(() => messages.ask(ann, id, { content: 'Question', idempotencyKey: 'one' }));
    expect(asked.map(outcome)).toEqual(Array<string>(20).fill('done'));
    expect(await queries.messages.countIn(id)).toBe(2);
  });

  test('a chat that is begun twenty times is there once', async () => {
    const begun = await twenty(async () => (await chats.create(ann, { idempotencyKey: 'one' })).id);
    const ids = begun.map((result) => (result.status === 'fulfilled' ? result.value : outcome(result)));
    expect(new Set(ids).size).toBe(1);
  });
});
