import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rates } from '../../server/src/platform/http/rateLimits.ts';
import { onSeveralNodes } from '../support/cluster/programs.ts';
import { TestCluster } from '../support/cluster/testCluster.ts';
import { password, type Person } from '../support/person.ts';

onSeveralNodes('limits of several nodes', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await TestCluster.start({ limited: true });
    await cluster.person('Admin');
  });
  afterAll(() => cluster?.end());

  /** Sends `count` requests to the nodes in turn and returns their statuses. */
  const inTurn = async (count: number, send: (index: number) => PromiseLike<{ status: number }>) => {
    const statuses: number[] = [];
    for (let i = 0; i < count; i++) statuses.push((await send(i)).status);
    return statuses;
  };
  const times = (count: number, status: number) => Array.from({ length: count }, () => status);

  test('requests of one person are counted over all nodes', async () => {
    const nodes = cluster.atNodes(await cluster.person('Ann'));
    const { limit } = rates.export;
    const statuses = await inTurn(limit + 4, (i) => nodes[i % 2]!.get('/exports/chats'));
    expect(statuses).toEqual([...times(limit, 200), ...times(4, 429)]);
    const others = cluster.atNodes(await cluster.person('Bob'));
    for (const other of others) await other.get('/exports/chats').expect(200);
  });

  test('failed sign-ins from one address are counted over all nodes', async () => {
    const signIn = (index: number, address: string) =>
      cluster
        .stranger(cluster.nodes[index % 2]!.url)
        .post('/auth/sign-in', { email: `stranger${index}@example.org`, password: 'a wrong password' })
        .set('X-Forwarded-For', address);
    const { limit } = rates.signIn;
    const statuses = await inTurn(limit + 4, (i) => signIn(i, '203.0.113.7'));
    expect(statuses).toEqual([...times(limit, 401), ...times(4, 429)]);
    expect(await inTurn(2, (i) => signIn(i, '203.0.113.8'))).toEqual([401, 401]);
  });

  test('wrong passwords for one account from many addresses are counted over all nodes', async () => {
    const owner = await cluster.person('Owner');
    const guess = (index: number, secret = 'a wrong password') =>
      cluster
        .stranger(cluster.nodes[index % 2]!.url)
        .post('/auth/sign-in', { email: owner.user.email, password: secret })
        .set('X-Forwarded-For', `198.51.100.${index}`);
    const statuses = await inTurn(14, (i) => guess(i + 1));
    expect(statuses).toEqual([...times(10, 401), ...times(4, 429)]);
    for (const index of [100, 101]) await guess(index, password).expect(429);
  });

  test('wrong link ids are counted over all nodes, in requests and socket events together', async () => {
    const nodes: Person[] = cluster.atNodes(await cluster.person('Guesser'));
    const { limit } = rates.shareLookUp;
    const statuses = await inTurn(limit - 2, (i) => nodes[i % 2]!.get(`/shared/${'A'.repeat(31)}${i % 10}`));
    expect(new Set(statuses)).toEqual(new Set([404]));
    const tab = await nodes[1]!.connect();
    const watch = () => tab.request('share:watch', { id: 'B'.repeat(32) });
    const codes = [];
    for (let i = 0; i < 3; i++) {
      const reply = await watch();
      codes.push(reply.ok ? 'ok' : reply.error.code);
    }
    expect(codes).toEqual(['not_found', 'not_found', 'rate_limited']);
    await nodes[0]!.get(`/shared/${'C'.repeat(32)}`).expect(429);
    tab.close();
  });
});
