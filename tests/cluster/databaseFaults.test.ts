import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { onSeveralNodes } from '../support/cluster/programs.ts';
import { TestCluster } from '../support/cluster/testCluster.ts';
import { eventually } from '../support/eventually.ts';
import { ask, openChat } from '../support/modelFixture.ts';
import { chunksOf } from '../support/modelServer.ts';

onSeveralNodes('when PostgreSQL crashes', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await TestCluster.start();
    await cluster.person('Admin');
  });
  afterAll(() => cluster?.end());

  /** Ids of all chats in the database. */
  const storedChats = async () => {
    const client = new pg.Client(cluster.postgres.url);
    await client.connect();
    const { rows } = await client.query<{ id: string }>('select id from chats');
    await client.end();
    return rows.map(({ id }) => id);
  };

  test('two nodes refuse with 503 and Retry-After, lose nothing they acknowledged, and go on by themselves', async () => {
    const people = [await cluster.person('Ann'), await cluster.person('Bob'), await cluster.person('Cem')];
    const text = Array.from({ length: 40 }, (_, i) => `word${i}`).join(' ');
    cluster.models.reply = { chunks: chunksOf(text), pauseAfter: 10 };
    const asked = await ask(people[0]!, 'Go on');
    const direct = cluster.traffic(people.slice(0, 2));
    const proxied = cluster.traffic(people.slice(2), [cluster.url]);
    for (let round = 0; round < 2; round++) {
      await direct.untilWritten(5);
      await cluster.postgres.stop('immediate');
      const refusals = () => direct.unlike(200, 201).length + proxied.unlike(200, 201).length;
      const before = refusals();
      await eventually(refusals, (count) => count > before + 10);
      await cluster.postgres.start();
      await direct.untilWritten(5);
      await proxied.untilWritten(3);
    }
    cluster.models.release();
    await direct.stop();
    await proxied.stop();

    for (const traffic of [direct, proxied]) expect(traffic.unlike(200, 201, 503)).toEqual([]);
    for (const { retryAfter } of [...direct.served, ...proxied.served].filter(({ status }) => status === 503))
      expect(Number(retryAfter)).toBeGreaterThan(0);
    const stored = await storedChats();
    expect(stored).toEqual(expect.arrayContaining([...direct.acknowledged, ...proxied.acknowledged]));
    // Neither node took the other one for dead: the answer that was running is complete.
    const answer = async () => (await openChat(people[0]!, asked.chatId)).messages[1]!;
    expect(await eventually(answer, ({ status }) => status !== 'streaming')).toMatchObject({
      status: 'complete',
      content: text,
    });
    for (const node of cluster.nodes) expect(node.errors()).not.toContain('background task failed');
  });
});
