import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../../support/app.ts';
import type { Person, TestSocket } from '../../support/person.ts';
import { RawConnection } from '../../support/rawConnection.ts';

const handshake = '/socket.io/?EIO=4&transport=';
const upgrade = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': 13,
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

let app: TestApp;
let ann: Person;
beforeAll(async () => {
  app = await createTestApp({ limited: true, env: { DEFAULT_USER_ROLE: 'user', LOG_LEVEL: 'silent' } });
  ann = await app.person('Ann');
});
afterAll(() => app.end());

const openUpgrades = async (count: number, path: string) => {
  const opened = await Promise.all(Array.from({ length: count }, () => RawConnection.open(app.url)));
  for (const raw of opened) raw.request(`GET ${path}`, upgrade);
  return opened;
};

describe('sockets', () => {
  test('a person can have fifty sockets, and one more when one of them closes', async () => {
    const sockets: TestSocket[] = [];
    for (let i = 0; i < 50; i++) sockets.push(await ann.connect());
    await expect(ann.connect()).rejects.toThrow('too_many_sockets');
    const bob = await app.person('Bob');
    (await bob.connect()).close();
    sockets.pop()!.close();
    const again = async (): Promise<TestSocket> => ann.connect().catch(() => again());
    sockets.push(await again());
    for (const socket of sockets) socket.close();
  });

  test('sockets without a session are few per address, and closed within seconds', async () => {
    const opened = await openUpgrades(40, `${handshake}websocket`);
    const started = Date.now();
    const closedAfter = await Promise.all(
      opened.map(async (raw) => {
        await raw.waitUntilClosed();
        return Date.now() - started;
      }),
    );
    const [atOnce, later] = [closedAfter.filter((ms) => ms < 4_000), closedAfter.filter((ms) => ms >= 4_000)];
    expect([atOnce.length, later.length]).toEqual([20, 20]);
    expect(Math.max(...later)).toBeLessThan(30_000);
  });

  test('a request of another site on an open socket is refused', async () => {
    const agent = () => ann.agent;
    const path = `${handshake}polling`;
    const { text } = await agent().get(path).expect(200);
    const { sid } = JSON.parse(text.slice(1)) as { sid: string };
    const send = (origin: string) =>
      agent().post(`${path}&sid=${sid}`).set('Origin', origin).set('Content-Type', 'text/plain').send('40');
    await send('https://evil.example').expect(403);
    await agent().get(`${path}&sid=${sid}`).set('Origin', 'https://evil.example').expect(403);
    await send(app.url).expect(200);
  });

  test('an upgrade to anything but a socket is closed, also on a connection that was used before', async () => {
    const raw = await RawConnection.open(app.url);
    raw.request('GET /healthz');
    await raw.waitFor(/"ok"/);
    raw.request('GET /other', upgrade);
    await raw.waitUntilClosed();
  });

  test('ids of shared pages count in one bucket for sockets and requests of a person', async () => {
    const cleo = await app.person('Cleo');
    for (let i = 0; i < 40; i++) await cleo.get(`/shared/missing${i}`).expect(404);
    const codes: string[] = [];
    const sockets = [await cleo.connect(), await cleo.connect()];
    for (let i = 0; i < 41; i++) {
      for (const socket of sockets) {
        const reply = await socket.request('share:watch', { id: `missing${i}` });
        codes.push(reply.ok ? 'ok' : reply.error.code);
      }
    }
    expect(codes).toEqual([...Array<string>(80).fill('not_found'), ...Array<string>(2).fill('rate_limited')]);
    await cleo.get('/shared/missing').expect(429);
    for (const socket of sockets) socket.close();
  });
});

test('one address can have half of the connections, and gets new ones when it closes some', async () => {
  const small = await createTestApp({ env: { MAX_CONNECTIONS: '20', LOG_LEVEL: 'silent' } });
  const opened = await Promise.all(Array.from({ length: 30 }, () => RawConnection.open(small.url)));
  await Promise.all(opened.slice(10).map((raw) => raw.waitUntilClosed()));
  expect(opened.filter((raw) => !raw.isClosed)).toHaveLength(10);
  opened[0]!.endWriting();
  await opened[0]!.waitUntilClosed();
  await small.stranger().get('/config').expect(200);
  for (const raw of opened) raw.destroy();
  await small.end();
});
