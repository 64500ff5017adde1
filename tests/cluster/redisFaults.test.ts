import { afterEach, beforeEach, expect, test } from '@jest/globals';
import supertest from 'supertest';
import { cuttableLink } from '../support/cluster/cuttableLink.ts';
import { onSeveralNodes } from '../support/cluster/programs.ts';
import { TestCluster } from '../support/cluster/testCluster.ts';
import { eventually } from '../support/eventually.ts';
import { ask } from '../support/modelFixture.ts';
import { chunksOf } from '../support/modelServer.ts';
import type { Person, TestSocket } from '../support/person.ts';
import { Reader } from '../support/reader.ts';

/**
 * Milliseconds a request may take while Redis does not reply. Redis itself delays it by at most 100 ms; the rest is what
 * a busy machine needs.
 */
const slowestMs = 1_500;
/** Milliseconds until an open tab has lost what its person may no longer see, when signals of other nodes are lost. */
const evictionMs = 10_000;

onSeveralNodes('without a working Redis', () => {
  let cluster: TestCluster;
  let admin: Person;
  let ann: Person;
  let bobThere: Person;
  let sockets: TestSocket[];
  beforeEach(async () => {
    sockets = [];
    cluster = await TestCluster.start();
    admin = await cluster.person('Admin');
    ann = await cluster.person('Ann');
    bobThere = (await cluster.person('Bob')).at(cluster.nodes[1]!.url);
  });
  afterEach(async () => {
    for (const socket of sockets) socket.close();
    await cluster?.end();
  });

  const connect = async (person: Person) => {
    const socket = await person.connect();
    sockets.push(socket);
    return socket;
  };
  /** A tab on the second node that has the link open. */
  const openTab = async (id: string) => {
    const tab = await connect(bobThere);
    expect(await tab.request('share:watch', { id })).toMatchObject({ ok: true });
    return tab;
  };
  /** Fails unless the promise resolves within the time. */
  const within = async (ms: number, event: Promise<unknown>) => {
    const began = performance.now();
    await event;
    expect(performance.now() - began).toBeLessThan(ms);
  };
  /** Resolves when events of the first node reach tabs on the second one. */
  const untilHealed = async () => {
    const tab = await connect(ann.at(cluster.nodes[1]!.url));
    await eventually(
      async () => {
        await ann.post('/chats', {}).expect(201);
        return tab.payloads('chat:updated').length;
      },
      (received) => received > 0,
      30_000,
    );
  };
  const traffic = async () => {
    const people = [await cluster.person('Cem'), await cluster.person('Dia'), await cluster.person('Eva')];
    return cluster.traffic(people);
  };

  const faults: [
    string,
    (redis: TestCluster['redis']) => unknown,
    (redis: TestCluster['redis']) => unknown,
  ][] = [
    ['is killed', (redis) => redis.kill(), (redis) => redis.start()],
    ['is frozen', (redis) => redis.pause(), (redis) => redis.resume()],
    ['loses everything', (redis) => redis.flush(), () => undefined],
  ];
  test.each(faults)(
    'requests go on when Redis %s, what is revoked is gone everywhere, and it heals by itself',
    async (_fault, begin, heal) => {
      const [kept, revoked] = [await cluster.share(ann), await cluster.share(ann)];
      const tab = await openTab(revoked.id);
      const leaver = await cluster.person('Leaver');
      const leaverTab = await connect(leaver.at(cluster.nodes[1]!.url));
      const load = await traffic();
      await load.untilWritten(20);
      const before = load.served.length;

      await begin(cluster.redis);
      await ann.delete(`/shared-links/${revoked.id}`).expect(204);
      for (const { url } of cluster.nodes) {
        await bobThere.at(url).get(`/shared/${revoked.id}`).expect(404);
        await bobThere.at(url).get(`/shared/${kept.id}`).expect(200);
        await supertest(url).get('/readyz').expect(200);
      }
      await leaver.post('/auth/sign-out').expect(204);
      await within(
        evictionMs,
        tab.waitFor('share:revoked', ({ id }) => id === revoked.id),
      );
      await within(evictionMs, leaverTab.waitUntilClosed());
      await load.untilWritten(20);
      await heal(cluster.redis);
      await untilHealed();
      await load.untilWritten(20);
      await load.stop();

      expect(load.unlike(200, 201)).toEqual([]);
      expect(load.slowest(before).ms).toBeLessThan(slowestMs);
      // A tab that was open all the time receives events of the other node again.
      const later = await openTab(kept.id);
      await ann.delete(`/shared-links/${kept.id}`).expect(204);
      await later.waitFor('share:revoked', ({ id }) => id === kept.id);
      await admin.get('/admin/users').expect(200);
    },
  );

  test('an answer goes on while Redis is away, and a tab on the other node gets the rest of it', async () => {
    const text = Array.from({ length: 60 }, (_, i) => `word${i}`).join(' ');
    cluster.models.reply = { chunks: chunksOf(text), pauseAfter: 10 };
    const asked = await ask(ann, 'Go on');
    const [here, there] = cluster.atNodes(ann).map((person) => new Reader(person, asked)) as [Reader, Reader];
    await here.connect();
    await there.connect();
    const hasPart = (reader: Reader, part: string) =>
      eventually(
        () => reader.text.content,
        (content) => content.includes(part),
      );
    await hasPart(there, 'word8');
    await cluster.redis.kill();
    cluster.models.release();
    expect(await here.ended()).toMatchObject({ status: 'complete', content: text });
    expect(here.text.content).toBe(text);
    await cluster.redis.start();
    await untilHealed();
    there.cut();
    expect(await there.connect()).toBe('complete');
    expect(there.text.content).toBe(text);
    here.cut();
    there.cut();
  });

  test('a node starts while Redis is away, and joins the others when it is back', async () => {
    await cluster.redis.kill();
    expect(await cluster.nodes[1]!.stop('SIGTERM')).toBe(0);
    await cluster.startNode(1);
    await ann.at(cluster.nodes[1]!.url).get('/chats').expect(200);
    await cluster.redis.start();
    await untilHealed();
  });

  test('what is revoked on a node that alone lost Redis leaves open tabs on the others all the same', async () => {
    const link = await cuttableLink(Number(new URL(cluster.redis.url).port));
    expect(await cluster.nodes[0]!.stop('SIGTERM')).toBe(0);
    await cluster.startNode(0, { REDIS_URL: `redis://127.0.0.1:${link.port}` });
    const page = await cluster.share(ann);
    const tab = await openTab(page.id);
    const leaver = await cluster.person('Leaver');
    const leaverTab = await connect(leaver.at(cluster.nodes[1]!.url));
    link.cut();
    await ann.delete(`/shared-links/${page.id}`).expect(204);
    await leaver.post('/auth/sign-out').expect(204);
    await within(
      evictionMs,
      tab.waitFor('share:revoked', ({ id }) => id === page.id),
    );
    await within(evictionMs, leaverTab.waitUntilClosed());
    link.heal();
    await untilHealed();
    await link.end();
  });
});
