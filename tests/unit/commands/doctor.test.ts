import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { checkProxies, checkUrl } from '../../../server/src/commands/doctor/addressChecks.ts';
import { checkDatabase } from '../../../server/src/commands/doctor/databaseChecks.ts';
import {
  checkFolder,
  checkModes,
  checkNode,
  checkPort,
  checkSpace,
} from '../../../server/src/commands/doctor/machineChecks.ts';
import { readEnv, type Env } from '../../../server/src/platform/env.ts';
import { SecretBox } from '../../../server/src/platform/secretBox.ts';
import { appRoot, createFilledSqlite, createFolder } from '../../support/copying.ts';

const secret = 'a secret that is long enough';

let folder: string;
let end: () => void;
let file: string;
let servers: Server[];

beforeEach(() => {
  ({ folder, end } = createFolder());
  file = path.join(folder, 'parley.db');
  servers = [];
});
afterEach(() => {
  for (const server of servers) server.close();
  end();
});

const env = (more: Record<string, string> = {}): Env => readEnv({ DATA_DIR: folder, ...more });

/** The finding of the database checks with this name. */
const found = async (check: string, more?: Record<string, string>) =>
  (await checkDatabase(env(more))).find((finding) => finding.check === check);

/** Creates a whole instance whose stored key is sealed with the secret, and lets `change` break it. */
async function createInstance(change: (handle: Database.Database) => void = () => undefined) {
  await createFilledSqlite(file, { largeBytes: 100 });
  writeFileSync(path.join(folder, 'secret.key'), secret);
  const handle = new Database(file);
  handle.prepare('update connections set api_key_cipher = ?').run(new SecretBox(secret).seal('sk-key'));
  change(handle);
  handle.close();
}

describe('the database', () => {
  test('of a healthy instance has no faults and no warnings', async () => {
    await createInstance();
    const states = (await checkDatabase(env())).map(({ check, state }) => [check, state]);
    const checks = ['Database', 'Schema', 'Secret', 'API keys', 'Clock'];
    expect(states).toEqual(checks.map((check) => [check, 'ok']));
  });

  test('that is missing is reported, and not created', async () => {
    expect(await found('Database')).toMatchObject({ state: 'warning', text: expect.stringContaining(file) });
    expect(await found('Secret')).toMatchObject({ state: 'warning' });
    expect(() => new Database(file, { fileMustExist: true })).toThrow();
  });

  test('that is not a database is a fault', async () => {
    writeFileSync(file, 'x'.repeat(9_000));
    expect(await found('Database')).toMatchObject({
      state: 'fault',
      advice: expect.stringContaining('restore'),
    });
  });

  test('with broken references is a fault', async () => {
    await createInstance((handle) =>
      handle.exec("pragma foreign_keys = off; update chats set owner_id = 'nobody' where id = 'c2'"),
    );
    expect(await found('Database')).toMatchObject({ state: 'fault', text: expect.stringContaining('chats') });
  });

  test('of a newer version is a fault', async () => {
    await createInstance((handle) =>
      handle.exec("insert into __drizzle_migrations (hash, created_at) values ('x', 99999999999999)"),
    );
    expect(await found('Schema')).toMatchObject({ state: 'fault' });
  });

  test('of an older version is a warning', async () => {
    await createInstance((handle) =>
      handle.exec(
        'delete from __drizzle_migrations where created_at = (select max(created_at) from __drizzle_migrations)',
      ),
    );
    expect(await found('Schema')).toMatchObject({ state: 'warning' });
  });

  test('with rows from the future is a warning about the clock', async () => {
    await createInstance((handle) =>
      handle.exec(`update chats set updated_at = ${Date.now() + 3_600_000} where id = 'c1'`),
    );
    expect(await found('Clock')).toMatchObject({ state: 'warning' });
  });

  test('on PostgreSQL that cannot be reached is a fault, and the password is not shown', async () => {
    const url = 'postgres://parley:pass-of-the-test@127.0.0.1:1/parley?password=other-of-the-test';
    const finding = await found('Database', { DATABASE_URL: url });
    expect(finding).toMatchObject({ state: 'fault', text: expect.stringContaining('parley@127.0.0.1') });
    expect(JSON.stringify(finding)).not.toContain('of-the-test');
  });
});

describe('the secret', () => {
  test('that is too short is a fault, and is not shown', async () => {
    await createInstance();
    writeFileSync(path.join(folder, 'secret.key'), 'short-one');
    const finding = await found('Secret');
    expect(finding).toMatchObject({ state: 'fault' });
    expect(JSON.stringify(finding)).not.toContain('short-one');
  });

  test('that does not open the stored keys is a fault that names the connections', async () => {
    await createInstance();
    const other = { WEBUI_SECRET_KEY: 'another secret, long enough' };
    expect(await found('API keys', other)).toMatchObject({
      state: 'fault',
      text: expect.stringMatching(/One, Two/),
    });
  });

  test('that is missing while keys are stored is a fault', async () => {
    await createFilledSqlite(file, { largeBytes: 100 });
    expect(await found('API keys')).toMatchObject({ state: 'fault' });
  });
});

describe('the machine', () => {
  test('with a Node.js that is too old is a fault', () => {
    expect(checkNode(appRoot, '18.2.0')).toMatchObject({ state: 'fault' });
    expect(checkNode(appRoot)).toMatchObject({ state: 'ok' });
  });

  test('with a data folder that is a file is a fault', () => {
    writeFileSync(file, '');
    expect(checkFolder(env({ DATA_DIR: file }))).toMatchObject({ state: 'fault' });
    expect(checkFolder(env({ DATA_DIR: path.join(folder, 'later') }))).toMatchObject({ state: 'warning' });
    expect(checkFolder(env())).toMatchObject({ state: 'ok' });
  });

  test('where others can read the data gets a warning with the command that helps', () => {
    expect(checkModes(env())).toMatchObject([{ state: 'ok' }]);
    writeFileSync(path.join(folder, 'secret.key'), secret);
    chmodSync(path.join(folder, 'secret.key'), 0o644);
    expect(checkModes(env())).toMatchObject([
      { state: 'warning', advice: expect.stringMatching(/^Run: chmod go-rwx .*secret\.key$/) },
    ]);
  });

  test('reports its free space, unless there is no data folder yet', () => {
    expect(checkSpace(env())).toMatchObject([{ text: expect.stringMatching(/GiB free/) }]);
    expect(checkSpace(env({ DATA_DIR: path.join(folder, 'later') }))).toEqual([]);
  });
});

describe('the port', () => {
  /** Listens on a free port, and responds to every request with this body. */
  const listen = (body: string) =>
    new Promise<string>((resolve) => {
      const server = createServer((_req, res) => res.end(body));
      servers.push(server);
      server.listen(0, '127.0.0.1', () => resolve(String((server.address() as AddressInfo).port)));
    });
  const check = (port: string) => checkPort(env({ PORT: port, HOST: '127.0.0.1' }));

  test('is fine when it is free, or when Parley is ready there', async () => {
    const port = await listen('');
    await new Promise((resolve) => servers.pop()!.close(resolve));
    expect(await check(port)).toMatchObject({ state: 'ok', text: expect.stringContaining('free') });
    const ready = await listen('{"status":"ready"}');
    expect(await check(ready)).toMatchObject({ state: 'ok', text: expect.stringContaining('ready') });
  });

  test('is a fault when Parley is not ready there, or when another program uses it', async () => {
    const notReady = await listen('{"status":"not_ready"}');
    expect(await check(notReady)).toMatchObject({
      state: 'fault',
      text: expect.stringContaining('not ready'),
    });
    expect(await check(await listen('<html>'))).toMatchObject({
      state: 'fault',
      text: expect.stringContaining('another program'),
    });
  });
});

describe('the addresses', () => {
  const states = (more: Record<string, string>) => [checkUrl(env(more)).state, checkProxies(env(more)).state];

  test.each([
    [{}, ['warning', 'ok']],
    [{ WEBUI_URL: 'http://chat.example.org' }, ['warning', 'ok']],
    [{ WEBUI_URL: 'http://localhost:3000' }, ['ok', 'ok']],
    [{ WEBUI_URL: 'https://chat.example.org' }, ['ok', 'warning']],
    [{ WEBUI_URL: 'https://chat.example.org', TRUST_PROXY: '1' }, ['ok', 'ok']],
    [{ TRUST_PROXY: '1' }, ['warning', 'warning']],
  ])('%j are judged as URL and proxies', (more, expected) => {
    expect(states(more as Record<string, string>)).toEqual(expected);
  });
});
