import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import type { Response } from 'supertest';
import { isUnavailable } from '../../../server/src/platform/db/dbErrors.ts';
import { openPostgres } from '../../../server/src/platform/db/postgres.ts';
import { createLog } from '../../../server/src/platform/log.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import type { Person } from '../../support/person.ts';
import { createDatabase } from '../../support/postgresServer.ts';
import { postgresMigrations } from '../../support/stores.ts';

const { PG_URL } = process.env;
const withPostgres = PG_URL ? describe : describe.skip;

withPostgres('faults of the PostgreSQL server (needs PG_URL)', () => {
  let app: TestApp;
  let ann: Person;
  let ben: Person;
  /** A connection of another program to the same database. */
  let outside: pg.Client;
  /** A connection to another database of the server. */
  let control: pg.Client;
  let drop: () => Promise<void>;
  let name: string;

  beforeAll(async () => {
    const database = await createDatabase(PG_URL!);
    drop = database.drop;
    name = new URL(database.url).pathname.slice(1);
    const store = await openPostgres(database.url, postgresMigrations, createLog('silent'));
    app = await createTestApp({ store, env: { LOG_LEVEL: 'silent' } });
    ann = await app.person('Ann');
    ben = await app.person('Ben');
    outside = new pg.Client(database.url);
    await outside.connect();
    control = new pg.Client(PG_URL);
    await control.connect();
  });
  afterEach(async () => {
    await outside.query('rollback');
  });
  afterAll(async () => {
    await outside.end();
    await control.end();
    await app.end();
    await drop();
  });

  const times = <T>(count: number, task: (i: number) => Promise<T>) =>
    Promise.all(Array.from({ length: count }, (_, i) => task(i)));
  const newChat = async (person: Person) =>
    ((await person.post('/chats', {}).expect(201)).body as { id: string }).id;
  const rename = async (id: string, i: number): Promise<Response> =>
    ann.patch(`/chats/${id}`, { title: `Title ${i}` });
  const expectUnavailable = (response: Response) => {
    expect(response.status).toBe(503);
    expect(response.body).toMatchObject({ error: { code: 'unavailable' } });
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
  };
  const endOtherConnections = () =>
    outside.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
      [name],
    );
  const lockChat = async (id: string) => {
    await outside.query('begin');
    await outside.query('select 1 from chats where id = $1 for update', [id]);
  };
  const untilBlocked = async (count: number) => {
    const blocked =
      "select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = $1";
    for (let n = 0; n < count;) n = (await control.query<{ n: number }>(blocked, [name])).rows[0]!.n;
  };

  test('connections that end inside transactions neither stop the server nor fail a request with 500', async () => {
    let done = false;
    const acknowledged: string[] = [];
    const statuses = new Set<number>();
    const writing = times(4, async () => {
      while (!done) {
        const response = await ann.post('/chats', {});
        statuses.add(response.status);
        if (response.status === 201) acknowledged.push((response.body as { id: string }).id);
      }
    });
    for (let round = 0; round < 20; round++) {
      const before = acknowledged.length;
      await endOtherConnections();
      while (acknowledged.length < before + 4) await new Promise(setImmediate);
    }
    done = true;
    await writing;
    for (const status of statuses) expect([201, 503]).toContain(status);
    const stored = await outside.query<{ id: string }>('select id from chats');
    expect(stored.rows.map(({ id }) => id)).toEqual(expect.arrayContaining(acknowledged));
  });

  test('a transaction whose connection ends before the commit runs again', async () => {
    const { store } = app.platform;
    // Idle connections, which end as well.
    await times(10, () => store.tx(() => store.rows(sql`select pg_sleep(0.2)`)));
    let runs = 0;
    await store.tx(async () => {
      await store.db.insert(store.t.settings).values({ key: 'again', value: ++runs, updatedAt: 0 });
      if (runs === 1) await endOtherConnections();
      await store.db.$count(store.t.settings);
    });
    expect(runs).toBe(2);
    const { rows } = await outside.query("select value from settings where key = 'again'");
    expect(rows).toEqual([{ value: 2 }]);
  });

  test('thirty writers of a locked row get 503 within seconds, and others read and write meanwhile', async () => {
    const id = await newChat(ann);
    await lockChat(id);
    const started = Date.now();
    const blocked = times(30, (i) => rename(id, i));
    await untilBlocked(5);
    const readStarted = Date.now();
    const reads = await times(10, async () => ben.get('/chats'));
    for (const read of reads) expect(read.status).toBe(200);
    expect(Date.now() - readStarted).toBeLessThan(1_500);
    await ben.post('/chats', {}).expect(201);
    for (const response of await blocked) expectUnavailable(response);
    expect(Date.now() - started).toBeLessThan(12_000);
    await outside.query('rollback');
    expect((await rename(id, 31)).status).toBe(200);
  });

  test('writers beyond those that may wait are refused at once', async () => {
    const id = await newChat(ann);
    await lockChat(id);
    const { store } = app.platform;
    const refusals: { reason: unknown; ms: number }[] = [];
    const started = performance.now();
    await times(400, async () => {
      await store
        .tx(() => store.rows(sql`update chats set version = version + 1 where id = ${id}`))
        .catch((reason: unknown) => refusals.push({ reason, ms: performance.now() - started }));
    });
    for (const { reason } of refusals) expect(isUnavailable(reason)).toBe(true);
    expect(refusals).toHaveLength(400);
    // The lock timeout is two seconds, so these did not wait for it.
    expect(refusals.filter(({ ms }) => ms < 1_900).length).toBeGreaterThanOrEqual(180);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('a locked table and a database that lets nobody in give 503, and both recover', async () => {
    await outside.query('begin; lock table chats in access exclusive mode');
    expectUnavailable(await ben.get('/chats'));
    expectUnavailable(await ben.post('/chats', {}));
    await outside.query('rollback');
    await ben.get('/chats').expect(200);

    try {
      await control.query(`alter database ${name} allow_connections false`);
      await endOtherConnections();
      for (const response of await times(4, async () => ben.get('/chats'))) expectUnavailable(response);
      expectUnavailable(await ben.post('/chats', {}));
      await app.stranger().agent.get('/readyz').expect(503);
      await app.stranger().agent.get('/healthz').expect(200);
    } finally {
      await control.query(`alter database ${name} allow_connections true`);
    }
    await ben.post('/chats', {}).expect(201);
  });

  test('a database that only reads gives 503 for writes, and is not ready', async () => {
    await outside.query(`alter database ${name} set default_transaction_read_only = on`);
    await endOtherConnections();
    try {
      await ben.get('/chats').expect(200);
      expectUnavailable(await ben.post('/chats', {}));
      await app.stranger().agent.get('/readyz').expect(503);
    } finally {
      await outside.query(`set default_transaction_read_only = off`);
      await outside.query(`alter database ${name} reset default_transaction_read_only`);
      await endOtherConnections();
    }
    await ben.post('/chats', {}).expect(201);
  });

  test('a transaction in which a query failed is never reported as stored', async () => {
    const { store } = app.platform;
    const { settings } = store.t;
    const work = store.tx(async () => {
      await store.db.insert(settings).values({ key: 'half', value: 1, updatedAt: 0 });
      await store.db
        .insert(settings)
        .values({ key: 'half', value: 1, updatedAt: 0 })
        .catch(() => undefined);
    });
    await expect(work).rejects.toThrow('rolled back');
  });
});
