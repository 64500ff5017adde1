import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { limits } from '#shared/limits';
import { onSeveralNodes } from '../support/cluster/programs.ts';
import { TestCluster } from '../support/cluster/testCluster.ts';
import { eventually } from '../support/eventually.ts';
import { ask, newChat, openChat } from '../support/modelFixture.ts';
import { chunksOf } from '../support/modelServer.ts';
import type { Person } from '../support/person.ts';
import { Reader } from '../support/reader.ts';

/** Text without repetitions, so that doubled or lost text is noticed. */
const words = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `${from + i}${i % 7 === 0 ? '😀' : ''}`).join(' ');

onSeveralNodes('an answer that one node writes', () => {
  let cluster: TestCluster;
  let here: Person;
  let there: Person;
  beforeAll(async () => {
    cluster = await TestCluster.start();
    await cluster.person('Admin');
    here = await cluster.person('Ann');
    there = here.at(cluster.nodes[1]!.url);
  });
  afterEach(() => cluster.models.release());
  afterAll(() => cluster?.end());

  const statusAt = async (person: Person, { chatId, messageId }: { chatId: string; messageId: string }) =>
    (await openChat(person, chatId)).messages.find(({ id }) => id === messageId)!.status;

  test('is read exactly once by tabs that lose their connection again and again and change the node', async () => {
    const [reasoning, content] = [words(10_000, 60), words(50_000, 240)];
    cluster.models.reply = { chunks: chunksOf(content, { reasoning }), seed: 5, delayMs: 10 };
    const asked = await ask(here, 'Count');
    const readers = [here, there].map((person) => new Reader(person, asked));
    const nodes = [here, there];
    const switched = await Promise.all(
      readers.map(async (reader, first) => {
        for (let turn = 1; ; turn++) {
          if ((await reader.connect(nodes[(first + turn) % 2])) !== 'streaming') return turn;
          const length = reader.text.content.length + reader.text.reasoning.length;
          // Read on until there is more text, then change the node.
          const hasMore = eventually(
            () => reader.text.content.length + reader.text.reasoning.length,
            (now) => now > length,
          ).then(
            () => 'more' as const,
            () => 'more' as const,
          );
          if (turn > 8 || (await Promise.race([reader.ended(), hasMore])) !== 'more') {
            await reader.ended();
            return turn;
          }
          reader.cut();
        }
      }),
    );
    for (const reader of readers) {
      expect(reader.text).toEqual({ content, reasoning });
      // Only missed text is sent again, never the whole text.
      expect(reader.resumed).toBeLessThanOrEqual(content.length + reasoning.length + 2_000);
      reader.cut();
    }
    expect(Math.min(...switched)).toBeGreaterThan(2);
  });

  test('is opened on the other node with the text that a tab there already has', async () => {
    cluster.models.reply = { chunks: chunksOf('Some words that came and more.'), pauseAfter: 5 };
    const asked = await ask(here, 'Go');
    const reader = new Reader(there, asked);
    await reader.connect();
    await eventually(
      () => reader.text.content,
      (text) => text === 'Some words that came',
    );
    const answer = (await openChat(there, asked.chatId)).messages.find(({ id }) => id === asked.messageId);
    expect(answer).toMatchObject({ status: 'streaming', content: 'Some words that came' });
    cluster.models.release();
    expect((await reader.ended()).content).toBe('Some words that came and more.');
    expect(reader.text.content).toBe('Some words that came and more.');
    reader.cut();
  });

  test('is stopped from the other node, and keeps its text', async () => {
    cluster.models.reply = { chunks: chunksOf('Some words that will not go on.'), pauseAfter: 4 };
    const asked = await ask(here, 'A question that is stopped');
    const request = await cluster.modelRequest('A question that is stopped');
    const reader = new Reader(there, asked);
    await reader.connect();
    await eventually(
      () => reader.text.content,
      (text) => text === 'Some words that',
    );
    await there.post(`/chats/${asked.chatId}/stop`).expect(202);
    expect(await reader.ended()).toMatchObject({ status: 'stopped', content: 'Some words that' });
    expect([await statusAt(here, asked), await statusAt(there, asked)]).toEqual(['stopped', 'stopped']);
    await cluster.models.waitUntil(() => request.aborted);
    reader.cut();

    cluster.models.reply = { chunks: chunksOf(' And now the rest.') };
    await there.post(`/chats/${asked.chatId}/messages/${asked.messageId}/continue`).expect(200);
    await eventually(
      () => statusAt(here, asked),
      (status) => status === 'complete',
    );
  });

  test('is abandoned when its chat is deleted on the other node', async () => {
    cluster.models.reply = { chunks: chunksOf('Words of a chat that is gone.'), pauseAfter: 4 };
    const asked = await ask(here, 'A question of a chat that is gone');
    const request = await cluster.modelRequest('A question of a chat that is gone');
    await there.delete(`/chats/${asked.chatId}`).expect(204);
    await cluster.models.waitUntil(() => request.aborted);
    await here.get(`/chats/${asked.chatId}`).expect(404);
  });

  test('counts on every node: one person has a bounded number of running answers', async () => {
    cluster.models.reply = { hang: true };
    const chats = await Promise.all(Array.from({ length: limits.streamsPerUser + 4 }, () => newChat(here)));
    const responses = await Promise.all(
      chats.map(({ id }, i) =>
        (i % 2 === 0 ? here : there).post(`/chats/${id}/messages`, { content: 'Wait' }),
      ),
    );
    const refused = responses.filter(({ status }) => status !== 201);
    expect(refused).toHaveLength(4);
    for (const { body } of refused) expect(body).toMatchObject({ error: { code: 'too_many_streams' } });
    await Promise.all(chats.map(({ id }) => there.post(`/chats/${id}/stop`).expect(202)));
    cluster.models.reply = { chunks: chunksOf('There is room again.') };
    await ask(here, 'And now?');
  });
});
