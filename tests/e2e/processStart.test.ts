import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import supertest from 'supertest';
import { Person } from '../support/person.ts';
import {
  freePort,
  spawnServer,
  startServer,
  whenBuilt,
  type ServerProcess,
} from '../support/serverProcess.ts';

whenBuilt('the start of the server process', () => {
  let folder: string;
  let servers: ServerProcess[];

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'parley-start-'));
    servers = [];
  });
  afterEach(async () => {
    for (const server of servers) await server.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const data = () => path.join(folder, 'data');
  const spawn = async (env: Record<string, string> = {}) => {
    const server = spawnServer({ PORT: String(await freePort()), DATA_DIR: data(), ...env });
    servers.push(server);
    return server;
  };
  const start = async (env: Record<string, string> = {}) => {
    const server = await startServer({ DATA_DIR: data(), ...env });
    servers.push(server);
    return server;
  };
  /** Expects that the server ends with one line that matches. */
  const expectRefusal = async (server: ServerProcess, line: RegExp) => {
    expect(await Promise.race([server.ready, server.exited])).toBe(1);
    expect(server.errors()).toMatch(line);
    expect(server.errors().trim().split('\n')).toHaveLength(1);
  };
  const modeOf = (file: string) => statSync(path.join(data(), file)).mode & 0o777;

  test('is refused with one line when secret.key is empty', async () => {
    mkdirSync(data());
    writeFileSync(path.join(data(), 'secret.key'), '');
    await expectRefusal(await spawn(), /secret\.key must contain at least 16 printable characters/);
  });

  test('is refused with one line when a mounted secret is empty', async () => {
    const secret = path.join(folder, 'mounted');
    writeFileSync(secret, '');
    await expectRefusal(
      await spawn({ WEBUI_SECRET_KEY_FILE: secret }),
      /WEBUI_SECRET_KEY_FILE names an empty file/,
    );
    await expectRefusal(await spawn({ DATABASE_URL_FILE: secret }), /DATABASE_URL_FILE names an empty file/);
  });

  test('is refused with one line when a newer version wrote the database', async () => {
    await (await start()).stop('SIGTERM');
    const database = new Database(path.join(data(), 'parley.db'));
    database.exec("insert into __drizzle_migrations (hash, created_at) values ('later', 9000000000000)");
    database.close();
    await expectRefusal(await spawn(), /written by a newer version of Parley/);
  });

  test('is refused with one line when the PostgreSQL server does not exist', async () => {
    const url = `postgres://parley:hidden-password@localhost:${await freePort()}/parley`;
    const server = await spawn({ DATABASE_URL: url });
    await expectRefusal(server, /ECONNREFUSED.*Check DATABASE_URL/);
    expect(server.errors()).not.toContain('hidden-password');
  });

  test('makes the data readable by its own account only, also data of an earlier version', async () => {
    mkdirSync(data(), { mode: 0o755 });
    writeFileSync(path.join(data(), 'secret.key'), 'a secret of an earlier version', { mode: 0o644 });
    writeFileSync(path.join(data(), 'parley.db'), '', { mode: 0o644 });
    const server = await start();
    const ann = new Person(server.url, supertest.agent(server.url));
    await ann.signUp('Ann');
    expect(statSync(data()).mode & 0o777).toBe(0o700);
    const files = readdirSync(data()).filter((file) => statSync(path.join(data(), file)).isFile());
    expect(files).toEqual(
      expect.arrayContaining(['parley.db', 'parley.db-wal', 'parley.db-shm', 'secret.key']),
    );
    expect(files.map((file) => [file, modeOf(file)])).toEqual(files.map((file) => [file, 0o600]));
  });

  test('works for two processes at once on a new folder', async () => {
    for (let round = 0; round < 2; round++) {
      const both = await Promise.all([start(), start()]);
      const people = both.map(({ url }) => new Person(url, supertest.agent(url)));
      await people[0]!.signUp('Ann');
      await people[1]!.signIn('ann@example.org');
      for (const server of both) await server.stop('SIGKILL');
      rmSync(data(), { recursive: true });
    }
  });
});
