import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import type { Response } from 'supertest';
import { limits } from '#shared/limits';
import { ask, endedAnswer, newChat, openChat } from '../../support/modelFixture.ts';
import { chunksOf, seeded } from '../../support/modelServer.ts';
import { createNodesFixture, type NodesFixture, type TestNode } from '../../support/nodesFixture.ts';
import type { TestSocket } from '../../support/person.ts';
import { Reader } from '../../support/reader.ts';

const story = 'Once upon a time there were two servers that told one story.';
const beginning = 'Once upon a time';

let fixture: NodesFixture;
let a: TestNode;
let b: TestNode;
/** A tab of the same person on each node. */
let tabs: { a: TestSocket; b: TestSocket };

beforeAll(async () => {
  const created = await createNodesFixture();
  fixture = created;
  a = created.first;
  b = await created.addNode();
});
afterAll(() => fixture.end());
beforeEach(async () => {
  tabs = { a: await a.ben.connect(), b: await b.ben.connect() };
});
afterEach(() => {
  fixture.server.release();
  a.cluster.heal();
  tabs.a.close();
  tabs.b.close();
});

/** Starts an answer on the node that pauses after `beginning` until `release()`. Both tabs have its chat open. */
async function startPausedAnswer(node: TestNode = a) {
  fixture.server.reply = { chunks: chunksOf(story), pauseAfter: 5 };
  const chat = await newChat(node.ben);
  for (const tab of Object.values(tabs)) await tab.request('chat:watch', { chatId: chat.id });
  const asked = await ask(node.ben, 'Tell me a story', chat.id);
  const hasBegun = ({ offset, text }: { offset: number; text: string }) =>
    offset + text.length === beginning.length;
  await Promise.all(Object.values(tabs).map((tab) => tab.waitFor('message:delta', hasBegun)));
  return asked;
}

const lastMessage = async (node: TestNode, chatId: string) =>
  (await openChat(node.ben, chatId)).messages.at(-1)!;
const rowOf = async (messageId: string) => {
  const { db, t } = fixture.store;
  return (await db.select().from(t.messages)).find(({ id }) => id === messageId);
};

describe('an answer that another node writes', () => {
  test('is shown with all text received so far, and its deltas follow', async () => {
    const asked = await startPausedAnswer();
    expect(await lastMessage(b, asked.chatId)).toMatchObject({ status: 'streaming', content: beginning });
    const missed = await tabs.b.request('message:resume', { messageId: asked.messageId, offset: 5 });
    expect(missed).toMatchObject({ ok: true, data: { offset: 5, text: 'upon a time', status: 'streaming' } });
    fixture.server.release();
    expect(await endedAnswer(b.ben, tabs.b, asked)).toMatchObject({ status: 'complete', content: story });
    expect(await rowOf(asked.messageId)).toMatchObject({ content: story, writerId: null });
  });

  test('is shown as stored while its node cannot be reached', async () => {
    const { chatId, messageId } = await startPausedAnswer();
    a.cluster.cut();
    const { content } = (await rowOf(messageId))!;
    const shown = await lastMessage(b, chatId);
    expect(shown.status).toBe('streaming');
    expect(beginning).toContain(shown.content);
    expect(shown.content.length).toBeGreaterThanOrEqual(content.length);
    a.cluster.heal();
    expect(await lastMessage(b, chatId)).toMatchObject({ content: beginning });
  });

  test('costs the reader of an ended answer no question to the other node', async () => {
    const asked = await startPausedAnswer();
    fixture.server.release();
    await endedAnswer(b.ben, tabs.b, asked);
    const questions = b.cluster.asked.length;
    await openChat(b.ben, asked.chatId);
    expect(b.cluster.asked).toHaveLength(questions);
  });

  test.each([1, 2, 3])('reaches a reader who changes nodes exactly once (seed %i)', async (seed) => {
    const random = seeded(seed);
    const text = Array.from({ length: 300 }, (_, i) => `${seed}${i}${i % 7 === 0 ? '😀' : ''}`).join(' ');
    fixture.server.reply = { chunks: chunksOf(text), seed, delayMs: 2 };
    const asked = await ask(a.ben, 'Count');
    const reader = new Reader(a.ben, asked);
    let changes = 0;
    for (; changes < 8; changes++) {
      if ((await reader.connect(changes % 2 === 0 ? b.ben : a.ben)) !== 'streaming') break;
      const change = new Promise<'change'>((resolve) => {
        setTimeout(() => resolve('change'), random() * 100).unref();
      });
      if ((await Promise.race([change, reader.ended()])) !== 'change') break;
      reader.cut();
    }
    if (changes === 8 && (await reader.connect(b.ben)) === 'streaming') await reader.ended();
    expect(reader.text.content).toBe(text);
    expect(changes).toBeGreaterThan(0);
    reader.cut();
  });
});

describe('stopping from another node', () => {
  test('ends the answer with all its text', async () => {
    const { chatId } = await startPausedAnswer();
    await b.ben.post(`/chats/${chatId}/stop`).expect(202);
    expect(await lastMessage(b, chatId)).toMatchObject({ status: 'stopped', content: beginning });
    await fixture.server.waitUntil(() => fixture.server.requests.at(-1)!.aborted);
    await tabs.a.waitFor('message:updated', ({ message }) => message.status === 'stopped');
  });

  test('works while the node that writes does not reply, and that node stores nothing more', async () => {
    const late = await fixture.addNode();
    const { chatId, messageId } = await startPausedAnswer(late);
    late.cluster.cut();
    await b.ben.post(`/chats/${chatId}/stop`).expect(202);
    const stopped = await lastMessage(b, chatId);
    expect(stopped.status).toBe('stopped');

    fixture.server.release();
    await late.app.features.generation.drain();
    expect(await rowOf(messageId)).toMatchObject({ status: 'stopped', content: stopped.content });
  });

  test('asks no other node when nothing is being written', async () => {
    const chat = await newChat(b.ben);
    const questions = b.cluster.asked.length;
    await b.ben.post(`/chats/${chat.id}/stop`).expect(202);
    expect(b.cluster.asked).toHaveLength(questions);
  });
});

describe('a node that dies', () => {
  test('leaves an answer that is announced once as interrupted and can be continued elsewhere', async () => {
    const dying = await fixture.addNode();
    const { chatId, messageId } = await startPausedAnswer(dying);
    const { version } = await openChat(b.ben, chatId);
    await dying.cluster.die();
    const isInterrupted = ({ message }: { message: { status: string } }) => message.status === 'interrupted';
    const event = await tabs.b.waitFor('message:updated', isInterrupted);
    expect(event.version).toBeGreaterThan(version);
    expect(beginning).toContain(event.message.content);

    fixture.server.reply = { chunks: chunksOf(' the end.') };
    const continued = await b.ben.post(`/chats/${chatId}/messages/${messageId}/continue`).expect(200);
    expect(continued.body.answer).toMatchObject({ id: messageId, status: 'streaming' });
    const ended = await tabs.b.waitFor(
      'message:updated',
      ({ message }) => message.id === messageId && message.status === 'complete',
    );
    expect(ended.message.content).toBe(`${event.message.content} the end.`);

    // The process was only paused, and now receives the rest of the text.
    fixture.server.release();
    await dying.app.features.generation.drain();
    expect(await rowOf(messageId)).toMatchObject({ status: 'complete', content: ended.message.content });
    expect(tabs.b.payloads('message:updated').filter(isInterrupted)).toHaveLength(1);
  });

  test('does not interrupt the answers of the others', async () => {
    const dying = await fixture.addNode();
    const { chatId, messageId } = await startPausedAnswer(a);
    const lost = await startPausedAnswer(dying);
    await dying.cluster.die();
    await tabs.b.waitFor(
      'message:updated',
      ({ message }) => message.id === lost.messageId && message.status === 'interrupted',
    );
    expect(await rowOf(messageId)).toMatchObject({ status: 'streaming', writerId: a.cluster.nodeId });
    fixture.server.release();
    expect(await endedAnswer(b.ben, tabs.b, { chatId, messageId })).toMatchObject({ content: story });
  });
});

describe('a node that missed signals', () => {
  test('ends the answer of a chat that was deleted meanwhile', async () => {
    const { chatId } = await startPausedAnswer();
    const request = fixture.server.requests.at(-1)!;
    a.cluster.cut();
    await b.ben.delete(`/chats/${chatId}`).expect(204);
    a.cluster.heal();
    await fixture.server.waitUntil(() => request.aborted);
  });

  test('stops the answer of a person who was deactivated meanwhile', async () => {
    const carl = await a.app.person('Carl');
    fixture.server.reply = { chunks: chunksOf(story), pauseAfter: 5 };
    const { messageId } = await ask(carl, 'Tell me a story');
    await fixture.server.waitUntil(() => fixture.server.requests.at(-1)!.body.stream === true);
    const request = fixture.server.requests.at(-1)!;
    // Written to the database directly: the signal is lost.
    const { db, t } = fixture.store;
    await db.update(t.users).set({ active: false }).where(eq(t.users.id, carl.user.id));
    a.cluster.cut();
    await fixture.server.waitUntil(() => request.aborted);
    while ((await rowOf(messageId))?.status === 'streaming') await new Promise(setImmediate);
    expect((await rowOf(messageId))?.status).toBe('stopped');
  });
});

test('an answer whose model was silent for long is sent to its end', async () => {
  const asked = await startPausedAnswer();
  const now = performance.now.bind(performance);
  const later = jest.spyOn(performance, 'now').mockImplementation(() => now() + 60_000);
  fixture.server.release();
  expect(await endedAnswer(b.ben, tabs.b, asked)).toMatchObject({ status: 'complete', content: story });
  later.mockRestore();
});

test('a person has at most the allowed number of answers on all nodes together', async () => {
  fixture.server.reply = { chunks: chunksOf(story), pauseAfter: 1 };
  const chats = await Promise.all(
    Array.from({ length: limits.streamsPerUser + 4 }, async () => (await newChat(a.ben)).id),
  );
  /** The requests of one person take turns; on a busy machine one may be told to come back. */
  const askIn = async (id: string, i: number): Promise<Response> => {
    const response = await (i % 2 === 0 ? a : b).ben.post(`/chats/${id}/messages`, { content: 'Hi' });
    return response.status === 503 ? askIn(id, i) : response;
  };
  const responses = await Promise.all(chats.map(askIn));
  const accepted = responses.filter(({ status }) => status === 201);
  const refused = responses.filter(({ status }) => status !== 201);
  expect(accepted).toHaveLength(limits.streamsPerUser);
  expect(refused.map(({ body }) => body.error.code)).toEqual(Array<string>(4).fill('too_many_streams'));

  for (const [i, id] of chats.entries())
    await (i % 2 === 0 ? b : a).ben.post(`/chats/${id}/stop`).expect(202);
  await ask(b.ben, 'Hi', chats[0]);
});
