import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ChatQueries } from '../../server/src/features/chats/chats.queries.ts';
import { MessageQueries, type NewMessage } from '../../server/src/features/messages/messages.queries.ts';
import { RunningAnswerQueries } from '../../server/src/features/messages/runningAnswers.queries.ts';
import { UserQueries } from '../../server/src/features/users/users.queries.ts';
import type { Store } from '../../server/src/platform/db/store.ts';
import { createTestPlatform } from '../support/platform.ts';
import { backends } from '../support/stores.ts';

describe.each(backends)('answers that are being written on $name', ({ open }) => {
  let store: Store;
  let messages: MessageQueries;
  /** As node `here` and as another node. */
  let here: { id: string; running: RunningAnswerQueries };
  let there: { id: string; running: RunningAnswerQueries };

  beforeAll(async () => {
    store = await open();
    const platforms = [createTestPlatform(store), createTestPlatform(store)] as const;
    messages = new MessageQueries(platforms[0]);
    const node = (i: 0 | 1) => ({
      id: platforms[i].cluster.nodeId,
      running: new RunningAnswerQueries(platforms[i]),
    });
    [here, there] = [node(0), node(1)];
    const users = new UserQueries(platforms[0]);
    const chats = new ChatQueries(platforms[0]);
    for (const id of ['ann', 'bob']) {
      await users.insert({ id, name: id, email: `${id}@example.org`, role: 'user', passwordHash: '' });
      await chats.insert({ id: `chat of ${id}`, ownerId: id, title: 'A chat' });
    }
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    await store.db.delete(store.t.messages);
  });

  const addAnswer = (id: string, more: Partial<NewMessage> = {}) =>
    messages.insert({
      id,
      chatId: 'chat of ann',
      parentId: null,
      role: 'assistant',
      content: 'so far',
      status: 'streaming',
      writerId: here.id,
      ...more,
    });

  test('only the node that writes an answer stores its text, until it has ended', async () => {
    await addAnswer('x');
    expect(await there.running.update('x', { content: 'of another' })).toBeUndefined();
    expect(await here.running.update('x', { content: 'more' })).toMatchObject({
      content: 'more',
      status: 'streaming',
      writerId: here.id,
    });
    const ended = await here.running.update('x', { content: 'all', status: 'complete' });
    expect(ended).toMatchObject({ content: 'all', status: 'complete', writerId: null });
    expect(await here.running.update('x', { content: 'late' })).toBeUndefined();
    expect(await messages.byId('x')).toMatchObject({ content: 'all' });
  });

  test('an answer is interrupted once, and only while it has the same writer', async () => {
    await addAnswer('x');
    await addAnswer('y', { writerId: null });
    const [x, y] = [
      { id: 'x', chatId: 'chat of ann', writerId: here.id },
      { id: 'y', chatId: 'chat of ann', writerId: null },
    ];
    expect(await there.running.interrupt({ ...x, writerId: there.id })).toBeUndefined();
    expect(await there.running.interrupt(x)).toMatchObject({ status: 'interrupted', writerId: null });
    expect(await there.running.interrupt(x)).toBeUndefined();
    expect(await here.running.update('x', { content: 'late' })).toBeUndefined();
    expect(await there.running.interrupt(y)).toMatchObject({ status: 'interrupted' });
  });

  test('each node knows its own answers and those of others', async () => {
    await addAnswer('x');
    await addAnswer('y', { writerId: there.id });
    await addAnswer('z', { writerId: null });
    await addAnswer('ended', { status: 'complete', writerId: null });
    expect(await here.running.ownIds()).toEqual(new Set(['x']));
    const others = await here.running.ofOthers();
    expect(others.map(({ id }) => id).sort()).toEqual(['y', 'z']);
  });

  test('the answers of a chat are stopped, those of others are not', async () => {
    await addAnswer('x');
    await addAnswer('y', { chatId: 'chat of bob' });
    const stopped = await there.running.stopAll('chat of ann');
    expect(stopped).toMatchObject([{ id: 'x', status: 'stopped', content: 'so far', writerId: null }]);
    expect(await there.running.stopAll('chat of ann')).toEqual([]);
    expect(await messages.byId('y')).toMatchObject({ status: 'streaming' });
  });

  test('the answers of a person are counted on all nodes', async () => {
    await addAnswer('x');
    await addAnswer('y', { writerId: there.id });
    await addAnswer('ended', { status: 'stopped', writerId: null });
    await addAnswer('z', { chatId: 'chat of bob' });
    expect(await here.running.countOf('ann')).toBe(2);
    expect(await here.running.countOf('bob')).toBe(1);
    expect(await here.running.countOf('nobody')).toBe(0);
  });
});
