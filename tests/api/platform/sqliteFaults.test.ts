import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Response } from 'supertest';
import { createTestApp, type TestApp } from '../../support/app.ts';
import type { Person } from '../../support/person.ts';

let app: TestApp;
let people: Person[];
let reader: Person;
/** A connection of another program to the same file. */
let outside: Database.Database;

beforeAll(async () => {
  app = await createTestApp();
  people = [];
  for (let i = 0; i < 8; i++) people.push(await app.person(`Writer${i}`));
  reader = await app.person('Reader');
  outside = new Database(path.join(app.dataDir, 'parley.db'));
});
/** Only the first writers wait for a lock, so each test starts after a write that succeeds. */
beforeEach(async () => {
  if (outside.inTransaction) outside.exec('ROLLBACK');
  await people[0]!.post('/chats', {}).expect(201);
});
afterAll(async () => {
  outside.close();
  await app.end();
});

const expectUnavailable = (response: Response) => {
  expect(response.status).toBe(503);
  expect(response.body).toMatchObject({ error: { code: 'unavailable' } });
  expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
};

/** Returns the longest time in milliseconds for which the event loop stood still during `work`. */
async function longestPause(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  await work();
  clearInterval(timer);
  return longest;
}

test('a lock of another process refuses writes and stops nothing else', async () => {
  outside.exec('BEGIN EXCLUSIVE');
  const writes: Response[] = [];
  const reads: number[] = [];
  let done = false;
  const started = performance.now();
  const pause = await longestPause(async () => {
    const writing = people.map(async (person) => {
      for (let i = 0; i < 4; i++) writes.push(await person.post('/chats', {}));
    });
    const reading = (async () => {
      while (!done) {
        const asked = performance.now();
        await reader.get('/chats').expect(200);
        await reader.agent.get('/healthz').expect(200);
        reads.push(performance.now() - asked);
      }
    })();
    await Promise.all(writing);
    done = true;
    await reading;
  });
  for (const response of writes) expectUnavailable(response);
  expect(writes).toHaveLength(32);
  // Writers that each waited for a quarter of a second on the event loop would need eight seconds.
  expect(performance.now() - started).toBeLessThan(6_000);
  expect(pause).toBeLessThan(1_000);
  expect(Math.max(...reads)).toBeLessThan(2_000);
  await reader.agent.get('/readyz').expect(503);

  outside.exec('ROLLBACK');
  await people[0]!.post('/chats', {}).expect(201);
});

test('a write waits for a short lock of another process', async () => {
  outside.exec('BEGIN EXCLUSIVE');
  const writing = people[0]!.post('/chats', {}).expect(201);
  const released = sleep(100).then(() => outside.exec('ROLLBACK'));
  await Promise.all([writing, released]);
});

test('a single statement and a transaction both wait for a short lock', async () => {
  const { store } = app.platform;
  const { settings } = store.t;
  outside.exec('BEGIN EXCLUSIVE');
  const single = store.db.insert(settings).values({ key: 'single', value: 1, updatedAt: 0 }).execute();
  const inTransaction = store.tx(() =>
    store.db.insert(settings).values({ key: 'transaction', value: 1, updatedAt: 0 }),
  );
  const released = sleep(100).then(() => outside.exec('ROLLBACK'));
  await Promise.all([single, inTransaction, released]);
  const keys = outside.prepare("select key from settings where key in ('single', 'transaction')");
  expect(keys.all()).toHaveLength(2);
});

test('a request that changes nothing does not wait for a writer', async () => {
  await app.platform.store.tx(async () => {
    await reader.get('/me').expect(200);
  });
});

test('the server stops cleanly while another process holds the lock', async () => {
  const other = await createTestApp();
  const lock = new Database(path.join(other.dataDir, 'parley.db'));
  lock.exec('BEGIN EXCLUSIVE');
  await other.end();
  lock.close();
});
