import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RedisCluster } from '../../../server/src/platform/cluster/redisCluster.ts';
import type { Store } from '../../../server/src/platform/db/store.ts';
import { createLog } from '../../../server/src/platform/log.ts';
import type { RemoteSignal } from '../../../server/src/platform/signals.ts';
import { redisProgram } from '../../support/cluster/programs.ts';
import { startRedis, type RedisServer } from '../../support/cluster/redisServer.ts';
import { backends } from '../../support/stores.ts';

const withRedis = redisProgram ? describe : describe.skip;
const signal: RemoteSignal = { name: 'user:changed', payload: { userId: 'ann' } };
/** Milliseconds that a caller may wait for Redis; generous for a busy machine. */
const waitMax = 1_000;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

withRedis('nodes connected by Redis', () => {
  let redis: RedisServer;
  let store: Store;
  let one: RedisCluster;
  let two: RedisCluster;
  const open = () =>
    RedisCluster.open({ url: redis.url, prefix: 'test' }, { store, log: createLog('silent') });

  beforeAll(async () => {
    redis = await startRedis();
    store = await backends[0]!.open();
    one = await open();
    two = await open();
  });
  afterAll(async () => {
    await one.close();
    await two.close();
    await store.close();
    await redis.end();
  });

  /** Sends signals from the first node until the second one receives them. */
  async function untilConnected(): Promise<void> {
    let received = false;
    two.onSignal(() => (received = true));
    await until(() => {
      one.publish({ name: 'settings:changed', payload: { keys: [] } });
      return received;
    });
  }

  test('a signal reaches the other nodes once and not its sender', async () => {
    await untilConnected();
    const received: string[] = [];
    one.onSignal(({ name }) => received.push(`one ${name}`));
    two.onSignal(({ name }) => received.push(`two ${name}`));
    one.publish(signal);
    two.publish({ name: 'links:restricted', payload: { ids: ['x'] } });
    await until(() => received.includes('one links:restricted') && received.includes('two user:changed'));
    expect(received.filter((each) => !each.endsWith('settings:changed')).sort()).toEqual([
      'one links:restricted',
      'two user:changed',
    ]);
  });

  test('a question is answered by the node that knows', async () => {
    two.respond('answers:stop', ({ chatId }) =>
      Promise.resolve(chatId === 'here' ? { stopped: 3 } : undefined),
    );
    await expect(one.ask('answers:stop', { chatId: 'here' }, 5_000)).resolves.toEqual({ stopped: 3 });
    await expect(one.ask('answers:stop', { chatId: 'elsewhere' }, 200)).resolves.toBeUndefined();
  });

  test('limits count on all nodes together', async () => {
    const counters = [one, two].map((node) => node.counter('tries'));
    for (const counter of counters) void counter.init?.({ windowMs: 60_000 } as never);
    await counters[0]!.increment('ann');
    await counters[0]!.increment('ann');
    expect(await counters[1]!.increment('ann')).toMatchObject({ totalHits: 3 });
    await counters[0]!.decrement('ann');
    expect(await counters[1]!.increment('ann')).toMatchObject({ totalHits: 3 });
    expect(await counters[1]!.increment('ben')).toMatchObject({ totalHits: 1 });
  });

  test('what the nodes hold is summed, also after Redis was emptied, and without a node that has closed', async () => {
    const third = await open();
    for (const node of [one, two, two, third]) node.counts.change('sockets', 1);
    one.counts.change('imports', 1);
    const totals = () => one.counts.totals(['sockets', 'imports', 'unknown']);
    const untilTotals = async (...expected: number[]) => {
      while (String(await totals()) !== String(expected)) await sleep(50);
    };
    await untilTotals(4, 1, 0);
    await redis.flush();
    await untilTotals(4, 1, 0);
    two.counts.change('sockets', -1);
    await untilTotals(3, 1, 0);
    await third.close();
    await untilTotals(2, 1, 0);
  });

  test('emptying Redis makes each node check what it knows, and messages arrive again', async () => {
    let checks = 0;
    one.onMissed(() => Promise.resolve(void checks++));
    two.onMissed(() => Promise.resolve(void checks++));
    await redis.flush();
    await until(() => checks >= 2);
    await untilConnected();
  });

  test.each([
    ['frozen', () => Promise.resolve(redis.pause()), () => Promise.resolve(redis.resume())],
    ['dead', () => redis.kill(), () => redis.start()],
  ])(
    'while Redis is %s nobody waits for it, limits count on each node, and it heals',
    async (how, end, heal) => {
      const counter = one.counter(how);
      void counter.init?.({ windowMs: 60_000 } as never);
      await counter.increment('ann');
      const changes: boolean[] = [];
      one.onConnection((isConnected) => changes.push(isConnected));
      let checks = 0;
      one.onMissed(() => Promise.resolve(void checks++));
      await end();
      const startedAt = performance.now();
      expect(await counter.increment('ann')).toMatchObject({ totalHits: 2 });
      expect(performance.now() - startedAt).toBeLessThan(waitMax);
      await until(() => !one.isConnected);
      expect(await one.ask('answers:stop', { chatId: 'here' }, 10_000)).toBeUndefined();
      expect(await counter.increment('ann')).toMatchObject({ totalHits: 3 });
      one.publish(signal);
      await until(() => checks > 0);
      await heal();
      await until(() => one.isConnected && two.isConnected);
      expect([changes[0], changes.at(-1)]).toEqual([false, true]);
      await untilConnected();
    },
  );
});
