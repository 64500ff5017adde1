import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import supertest from 'supertest';
import { Person } from '../support/person.ts';
import { postgresPrograms, startPostgres, type PostgresServer } from '../support/postgresServer.ts';
import { startServer, whenBuilt, type ServerProcess } from '../support/serverProcess.ts';

const testWithPostgres = postgresPrograms ? test : test.skip;

whenBuilt('the server process and its database', () => {
  let folder: string;
  let server: ServerProcess;
  let postgres: PostgresServer | undefined;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'parley-faults-'));
    postgres = undefined;
  });
  afterEach(async () => {
    await server.stop('SIGKILL');
    await postgres?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  const signedUp = async () => {
    const ann = new Person(server.url, supertest.agent(server.url));
    await ann.signUp('Ann');
    return ann;
  };
  const readiness = async () => (await supertest(server.url).get('/readyz')).status;
  /** Resolves when the server is as ready as expected; throws after 10 seconds. */
  const untilReadiness = async (status: number) => {
    const giveUpAt = Date.now() + 10_000;
    while ((await readiness()) !== status)
      if (Date.now() > giveUpAt) throw new Error(`/readyz was not ${status} within 10 s.`);
  };

  testWithPostgres('survive crashes and restarts of PostgreSQL under traffic (needs initdb)', async () => {
    postgres = await startPostgres();
    server = await startServer({
      DATA_DIR: folder,
      DATABASE_URL: postgres.url,
      RATE_LIMIT_FACTOR: '1000',
    });
    const ann = await signedUp();
    const acknowledged: string[] = [];
    const statuses = new Set<number>();
    let done = false;
    const writers = Array.from({ length: 4 }, async () => {
      while (!done) {
        const response = await ann.post('/chats', {});
        statuses.add(response.status);
        if (response.status === 201) acknowledged.push((response.body as { id: string }).id);
        else expect(response.headers['retry-after']).toBeDefined();
      }
    });
    const untilWritten = async (count: number) => {
      const target = acknowledged.length + count;
      while (acknowledged.length < target && !done) await new Promise(setImmediate);
    };
    const traffic = Promise.all(writers);
    const crashes = (async () => {
      for (let round = 0; round < 3; round++) {
        await untilWritten(8);
        await postgres.stop(round === 1 ? 'fast' : 'immediate');
        await untilReadiness(503);
        await postgres.start();
        await untilReadiness(200);
      }
      await untilWritten(8);
      done = true;
    })();
    const exited = server.exited.then(() => Promise.reject(new Error(server.errors())));
    await Promise.race([Promise.all([traffic, crashes]), exited]).finally(() => (done = true));

    for (const status of statuses) expect([201, 503]).toContain(status);
    const client = new pg.Client(postgres.url);
    await client.connect();
    const stored = await client.query<{ id: string }>('select id from chats');
    await client.end();
    expect(stored.rows.map(({ id }) => id)).toEqual(expect.arrayContaining(acknowledged));
    await ann.get('/me').expect(200);
    expect(server.errors()).not.toContain('background task failed');
  });

  test('reports a full disk as not ready, goes on reading, and recovers', async () => {
    server = await startServer({ DATA_DIR: folder });
    const ann = await signedUp();
    // A process whose files may not grow meets the same errors as on a full disk.
    const limitFiles = (bytes: string) =>
      execFileSync('prlimit', ['--pid', String(server.child.pid), `--fsize=${bytes}:unlimited`]);
    limitFiles('4096');
    await untilReadiness(503);
    await ann.post('/chats', {}).expect(507);
    await ann.get('/chats').expect(200);
    limitFiles('unlimited');
    await untilReadiness(200);
    await ann.post('/chats', {}).expect(201);

    limitFiles('4096');
    await ann.post('/chats', {}).expect(507);
    expect(await server.stop('SIGTERM')).toBe(0);
  });
});
