import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { onSeveralNodes } from '../support/cluster/programs.ts';
import { TestCluster } from '../support/cluster/testCluster.ts';
import { eventually } from '../support/eventually.ts';
import { ask, openChat } from '../support/modelFixture.ts';
import { chunksOf } from '../support/modelServer.ts';
import type { Person } from '../support/person.ts';
import { Reader } from '../support/reader.ts';

/** Answers that stream at the same time, spread over two nodes. */
const answersCount = 50;
const answersPerPerson = 5;
/** Milliseconds after which the answers of a dead node are interrupted: 30 s, and what a busy machine needs. */
const interruptedMs = 45_000;
/** Milliseconds for a test that waits for leases to end. */
const longTestMs = 240_000;

const text = Array.from({ length: 80 }, (_, i) => `word${i}`).join(' ');

type Asked = Awaited<ReturnType<typeof ask>> & { person: Person };

onSeveralNodes('when a node ends', () => {
  let cluster: TestCluster;
  beforeEach(async () => {
    cluster = await TestCluster.start();
    await cluster.person('Admin');
  });
  afterEach(async () => {
    cluster?.models.release();
    await cluster?.end();
  });

  const answerOf = async ({ person, chatId, messageId }: Asked) =>
    (await openChat(person, chatId)).messages.find(({ id }) => id === messageId)!;

  test(
    'its running answers are interrupted within 30 s and continue on another node; others are not touched',
    async () => {
      const people = await Promise.all(
        Array.from({ length: answersCount / answersPerPerson }, (_, i) => cluster.person(`Person${i}`)),
      );
      cluster.models.reply = { chunks: chunksOf(text), delayMs: 200 };
      const survivor = cluster.nodes[1]!.url;
      const askedAt = async (url: string, group: Person[]) => {
        const asked = group.map(async (person): Promise<Asked[]> => {
          const all: Asked[] = [];
          for (let i = 0; i < answersPerPerson; i++) {
            all.push({ ...(await ask(person.at(url), 'Go')), person: person.at(survivor) });
          }
          return all;
        });
        return (await Promise.all(asked)).flat();
      };
      const [lost, kept] = await Promise.all([
        askedAt(cluster.nodes[0]!.url, people.slice(0, people.length / 2)),
        askedAt(survivor, people.slice(people.length / 2)),
      ]);
      const readers = [...lost, ...kept].map((each) => new Reader(each.person, each));
      await Promise.all(
        readers.map(async (reader) => {
          await reader.connect();
          await eventually(
            () => reader.text.content.length,
            (length) => length > 0,
          );
        }),
      );

      await cluster.nodes[0]!.stop('SIGKILL');
      const killedAt = performance.now();
      const interrupted = await Promise.all(readers.slice(0, lost.length).map((reader) => reader.ended()));
      expect(performance.now() - killedAt).toBeLessThan(interruptedMs);
      for (const message of interrupted) {
        expect(message.status).toBe('interrupted');
        expect(text.startsWith(message.content)).toBe(true);
      }
      for (const reader of readers.slice(lost.length)) {
        expect(await reader.ended()).toMatchObject({ status: 'complete', content: text });
        expect(reader.text.content).toBe(text);
      }
      // A reader does not forget text that came after the last save and died with the node.
      for (const reader of readers) reader.cut();
      cluster.models.reply = { chunks: chunksOf(' And the rest.') };
      await Promise.all(
        lost.map(async (each) => {
          await each.person.post(`/chats/${each.chatId}/messages/${each.messageId}/continue`).expect(200);
          const whole = await eventually(
            () => answerOf(each),
            ({ status }) => status !== 'streaming',
            30_000,
          );
          expect(whole.status).toBe('complete');
          expect(whole.content).toMatch(/And the rest\.$/);
        }),
      );
    },
    longTestMs,
  );

  test(
    'a node that was frozen for longer than its lease does not overwrite what happened meanwhile',
    async () => {
      const person = (await cluster.person('Ann')).at(cluster.nodes[1]!.url);
      cluster.models.reply = { chunks: chunksOf('Words of the frozen node.'), pauseAfter: 4 };
      const asked = { ...(await ask(person.at(cluster.nodes[0]!.url), 'Go')), person };
      await eventually(
        () => answerOf(asked),
        ({ content }) => content === 'Words of the',
      );
      cluster.nodes[0]!.child.kill('SIGSTOP');
      const interrupted = await eventually(
        () => answerOf(asked),
        ({ status }) => status !== 'streaming',
        60_000,
      );
      expect(interrupted.status).toBe('interrupted');
      cluster.models.reply = { chunks: chunksOf(' Words of the other node.') };
      await person.post(`/chats/${asked.chatId}/messages/${asked.messageId}/continue`).expect(200);
      const continued = await eventually(
        () => answerOf(asked),
        ({ status }) => status === 'complete',
      );
      expect(continued.content).toMatch(/Words of the other node\.$/);

      cluster.nodes[0]!.child.kill('SIGCONT');
      cluster.models.release();
      // A stop is the last thing that stores an answer.
      const awake = { ...asked, person: person.at(cluster.nodes[0]!.url) };
      expect(await answerOf(awake)).toEqual(continued);
      expect(await cluster.nodes[0]!.stop('SIGTERM')).toBe(0);
      expect(await answerOf(asked)).toEqual(continued);
    },
    longTestMs,
  );

  test('a rolling restart behind the proxy fails no request', async () => {
    const people = await Promise.all(['Ann', 'Bob', 'Cem', 'Dia'].map((name) => cluster.person(name)));
    const load = cluster.traffic(people, [cluster.url]);
    await load.untilWritten(20);
    for (const index of [0, 1]) {
      expect(await cluster.nodes[index]!.stop('SIGTERM')).toBe(0);
      await load.untilWritten(20);
      await cluster.startNode(index);
      // The proxy asks a node again that it found down only after a while.
      await load.untilWritten(20);
    }
    await load.stop();
    expect(load.unlike(200, 201)).toEqual([]);
  });
});
