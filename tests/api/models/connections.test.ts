import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { startModelServer, type ModelServer } from '../../support/modelServer.ts';
import type { Person } from '../../support/person.ts';

const key = 'sk-parley-a-key-that-is-never-shown-again';
const connections = '/admin/connections';

const unexpected = /Is this an OpenAI-compatible API/;

/** Yields `first`, then `piece` again and again. */
function* endless(first: string, piece: string): Generator<string> {
  yield first;
  for (;;) yield piece;
}

describe('model connections', () => {
  let app: TestApp;
  let admin: Person;
  let member: Person;
  let server: ModelServer;

  beforeAll(async () => {
    server = await startModelServer(['llama', 'mistral']);
    app = await createTestApp({ modelTuning: { connectionTestMs: 2_000 } });
    admin = await app.person('Ada');
    member = await app.person('Ben');
  });
  afterAll(async () => {
    await app.end();
    await server.close();
  });
  afterEach(async () => {
    for (const { id } of (await admin.get(connections)).body.items) {
      await admin.delete(`${connections}/${id}`).expect(204);
    }
  });

  const connect = async (more: object = {}) =>
    (await admin.post(connections, { name: 'Local', baseUrl: server.url, apiKey: key, ...more }).expect(201))
      .body;
  const listed = async () => (await admin.get(connections).expect(200)).body.items;
  const authorizations = () => server.requests.map((request) => request.headers.authorization);

  describe('refusals', () => {
    test.each([
      ['read connections', (who: Person) => who.get(connections)],
      [
        'add a connection',
        (who: Person) => who.post(connections, { name: 'x', baseUrl: 'http://127.0.0.1:1/v1' }),
      ],
      ['change a connection', (who: Person) => who.patch(`${connections}/any`, { enabled: false })],
      ['delete a connection', (who: Person) => who.delete(`${connections}/any`)],
      [
        'test a connection',
        (who: Person) => who.post(`${connections}/test`, { baseUrl: 'http://127.0.0.1:1/v1' }),
      ],
    ])('only admins can %s', async (_what, act) => {
      await act(app.stranger()).expect(401);
      await act(member).expect(403);
    });
  });

  test.each([
    ['ftp://127.0.0.1/v1', 400],
    ['file:///etc/passwd', 400],
    ['not an address', 400],
    ['http://169.254.169.254/v1', 422],
    ['http://[::ffff:169.254.169.254]/v1', 422],
    ['http://[fd00:ec2::254]/v1', 422],
    ['http://name:secret@127.0.0.1/v1', 422],
  ])('a connection with the base URL %s is refused with %i', async (baseUrl, status) => {
    await admin.post(connections, { name: 'x', baseUrl }).expect(status);
    const { id } = await connect();
    await admin.patch(`${connections}/${id}`, { baseUrl }).expect(status);
  });

  test('a connection that does not exist cannot be changed', async () => {
    await admin.patch(`${connections}/nothing`, { enabled: false }).expect(404);
    await admin.delete(`${connections}/nothing`).expect(404);
  });

  test('a key is never shown again, and is stored in no file unencrypted', async () => {
    const created = await admin
      .post(connections, { name: 'Local', baseUrl: server.url, apiKey: key })
      .expect(201);
    expect(created.body).toEqual({
      id: expect.any(String),
      name: 'Local',
      baseUrl: server.url,
      hasApiKey: true,
      enabled: true,
      locked: false,
    });
    const list = await admin.get(connections).expect(200);
    expect(created.text + list.text).not.toContain(key);
    await app.platform.store.probe();
    const files = readdirSync(app.dataDir, { withFileTypes: true }).filter((entry) => entry.isFile());
    const bytes = files.map(({ name }) => readFileSync(path.join(app.dataDir, name)));
    expect(bytes.some((content) => content.includes(key))).toBe(false);
    // The row is in these files, so this is the right place to look for the key.
    expect(bytes.some((content) => content.includes(server.url))).toBe(true);
  });

  test('every change is recorded in the audit log, without the key', async () => {
    const { id } = await connect();
    await admin.patch(`${connections}/${id}`, { enabled: false, apiKey: `${key}-2` }).expect(200);
    await admin.delete(`${connections}/${id}`).expect(204);
    const { store } = app.platform;
    const log = await store.db.select().from(store.t.auditLog);
    const entries = log.filter((entry) => entry.targetId === id);
    expect(entries.map((entry) => entry.action)).toEqual([
      'connection.created',
      'connection.updated',
      'connection.deleted',
    ]);
    expect(entries.every((entry) => entry.actorId === admin.user.id)).toBe(true);
    expect(JSON.stringify(entries)).not.toContain(key);
  });

  test('a request sends the key to its server, and reveals only the name of the product', async () => {
    server.requests.length = 0;
    await connect();
    expect(
      (await admin.get('/models').expect(200)).body.items.map((model: { id: string }) => model.id),
    ).toEqual(['llama', 'mistral']);
    const [request] = server.requests;
    expect(request?.headers.authorization).toBe(`Bearer ${key}`);
    expect(request?.headers['user-agent']).toMatch(/^parley\/\d/);
    expect(Object.keys(request?.headers ?? {}).filter((name) => name.startsWith('x-stainless'))).toEqual([]);
  });

  test('a connection keeps its key for the same origin, and loses it for another origin', async () => {
    const { id } = await connect();
    const path = await admin.patch(`${connections}/${id}`, { baseUrl: `${server.url}/sub/` }).expect(200);
    expect(path.body).toMatchObject({ hasApiKey: true, baseUrl: `${server.url}/sub` });
    const moved = await admin.patch(`${connections}/${id}`, { baseUrl: 'http://127.0.0.1:9/v1' }).expect(200);
    expect(moved.body.hasApiKey).toBe(false);
    const given = { baseUrl: server.url, apiKey: 'sk-another-key' };
    expect((await admin.patch(`${connections}/${id}`, given).expect(200)).body.hasApiKey).toBe(true);
    expect((await admin.patch(`${connections}/${id}`, { apiKey: '' }).expect(200)).body.hasApiKey).toBe(
      false,
    );
    expect((await admin.patch(`${connections}/${id}`, { name: 'Renamed' }).expect(200)).body.name).toBe(
      'Renamed',
    );
  });

  describe('connection tests', () => {
    const tried = async (body: object) => (await admin.post(`${connections}/test`, body).expect(200)).body;

    test('a connection test lists the models of the server', async () => {
      expect(await tried({ baseUrl: server.url })).toEqual({ ok: true, models: ['llama', 'mistral'] });
    });

    test('a connection test sends the stored key only to its own origin', async () => {
      const { id } = await connect();
      server.requests.length = 0;
      await tried({ id, baseUrl: server.url });
      await tried({ id, baseUrl: server.url, apiKey: 'sk-typed-into-the-form' });
      await tried({ id, baseUrl: server.url.replace('127.0.0.1', 'localhost') });
      expect(authorizations()).toEqual([`Bearer ${key}`, 'Bearer sk-typed-into-the-form', undefined]);
    });

    test.each([
      [
        'rejects the key',
        { status: 401, body: `{"error":{"message":"Bad key ${key}"}}` },
        /rejected the API key/,
      ],
      ['has no list of models', { status: 404, body: '{}' }, /end in \/v1/],
      ['sends a web page', { contentType: 'text/html', body: '<h1>Welcome</h1>' }, /Unexpected response/],
      ['sends something else', { body: '{"data":"none"}' }, /Unexpected response/],
      ['fails', { status: 500, body: '{"error":{"message":"boom"}}' }, /failed \(status 500\).*boom/],
      ['redirects', { status: 302, headers: { location: 'http://169.254.169.254/' } }, /not followed/],
    ])('a connection test explains when the server %s', async (_what, listing, message) => {
      server.listing = listing;
      const result = await tried({ baseUrl: server.url, apiKey: key });
      server.listing = undefined;
      expect(result).toEqual({ ok: false, message: expect.stringMatching(message) });
      expect(result.message).not.toContain(key);
    });

    test('a connection test explains when the server cannot be reached', async () => {
      const closed = createServer();
      await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
      const { port } = closed.address() as AddressInfo;
      await new Promise((resolve) => closed.close(resolve));
      const noServer = await tried({ baseUrl: `http://127.0.0.1:${port}/v1` });
      expect(noServer).toEqual({ ok: false, message: expect.stringMatching(/Can't reach the model server/) });
      const noHost = await tried({ baseUrl: 'http://no-such-host.invalid/v1' });
      expect(noHost).toEqual({ ok: false, message: expect.stringMatching(/^Host not found/) });
    });

    const onlyOpening = '['.repeat(1_000_000);
    test.each<[string, { pieces: Iterable<string>; delayMs?: number }, RegExp]>([
      ['drips a list of models', { pieces: endless('{"data":[', ' '), delayMs: 20 }, /in time/],
      ['drips a web page', { pieces: endless('<html>', 'x'), delayMs: 20 }, /in time/],
      [
        'sends a list that never ends',
        { pieces: endless('{"data":[', '{"id":"x"},'.repeat(50_000)) },
        unexpected,
      ],
      ['sends a million brackets', { pieces: [onlyOpening] }, unexpected],
      ['sends a list of a million brackets', { pieces: [`{"data":${onlyOpening}`] }, unexpected],
      [
        'sends a list of a million closed brackets',
        { pieces: [`{"data":[${onlyOpening}${']'.repeat(1_000_000)}]}`] },
        unexpected,
      ],
      ['sends a list of numbers', { pieces: ['{"data":[1,2,3]}'] }, unexpected],
      ['sends a list without ids', { pieces: ['{"data":[{"name":"x"}]}'] }, unexpected],
      ['sends half a list', { pieces: ['{"data":[{"id":"x"}'] }, unexpected],
      ['sends nothing', { pieces: [] }, unexpected],
    ])(
      'a connection test ends soon when the server %s',
      async (_what, listing, message) => {
        server.listing = listing;
        const result = await tried({ baseUrl: server.url });
        server.listing = undefined;
        expect(result).toEqual({ ok: false, message: expect.stringMatching(message) });
      },
      20_000,
    );

    test('a connection test succeeds with a server that has no models', async () => {
      server.listing = { body: '{"data":[]}' };
      expect(await tried({ baseUrl: server.url })).toEqual({ ok: true, models: [] });
      server.listing = undefined;
    });

    test('a connection test shows an admin what the server says, with its addresses but without keys', async () => {
      const says = `cuda-7 at http://10.0.0.7:8000/v1 has no room, key ${key}`;
      server.listing = { status: 503, body: JSON.stringify({ error: { message: says } }) };
      const { message } = await tried({ baseUrl: server.url, apiKey: key });
      server.listing = undefined;
      expect(message).toContain('cuda-7 at http://10.0.0.7:8000/v1 has no room, key …');
    });

    test('a connection test never calls the metadata service of a cloud', async () => {
      const result = await tried({ baseUrl: 'http://169.254.169.254/v1' });
      expect(result).toEqual({ ok: false, message: expect.stringMatching(/never called/) });
    });
  });

  test('open tabs are notified of changes', async () => {
    const tab = await member.connect();
    await connect();
    await tab.waitFor('config:changed');
    tab.close();
  });

  test('a disabled connection serves no models', async () => {
    const { id } = await connect();
    await admin.patch(`${connections}/${id}`, { enabled: false }).expect(200);
    const { items } = (await admin.get('/models').expect(200)).body;
    expect(items.map((model: { id: string }) => model.id)).toEqual(['parley-demo']);
    expect(await listed()).toMatchObject([{ id, enabled: false }]);
  });
});

describe('connections set by environment variables', () => {
  let app: TestApp;
  let admin: Person;
  let first: ModelServer;
  let second: ModelServer;

  beforeAll(async () => {
    first = await startModelServer(['one']);
    second = await startModelServer(['two']);
    app = await createTestApp({
      env: {
        OPENAI_API_BASE_URLS: `${first.url}/;${second.url}`,
        OPENAI_API_KEYS: `${key};`,
        OLLAMA_BASE_URL: 'http://127.0.0.1:9',
      },
    });
    admin = await app.person('Ada');
  });
  afterAll(async () => {
    await app.end();
    await first.close();
    await second.close();
  });

  test('admins cannot change connections set by the environment', async () => {
    for (const id of ['env-1', 'env-2', 'env-3']) {
      const change = await admin.patch(`${connections}/${id}`, { enabled: false }).expect(422);
      expect(change.body.error.code).toBe('locked');
      await admin.delete(`${connections}/${id}`).expect(422);
    }
  });

  test('connections of the environment are listed as locked under stable ids, without their keys', async () => {
    const response = await admin.get(connections).expect(200);
    expect(response.body.items).toEqual([
      expect.objectContaining({
        id: 'env-1',
        baseUrl: first.url,
        hasApiKey: true,
        locked: true,
        enabled: true,
      }),
      expect.objectContaining({ id: 'env-2', baseUrl: second.url, hasApiKey: false, locked: true }),
      expect.objectContaining({
        id: 'env-3',
        name: 'Ollama',
        baseUrl: 'http://127.0.0.1:9/v1',
        hasApiKey: true,
        locked: true,
      }),
    ]);
    expect(response.text).not.toContain(key);
  });

  test('each connection serves its models with its own key, even if one server is down', async () => {
    const { items } = (await admin.get('/models').expect(200)).body;
    expect(items.map((model: { id: string }) => model.id)).toEqual(['one', 'two']);
    expect(first.requests.at(-1)?.headers.authorization).toBe(`Bearer ${key}`);
    expect(second.requests.at(-1)?.headers.authorization).toBeUndefined();
  });

  test('a connection uses the URL of OpenAI if only a key is set', async () => {
    const alone = await createTestApp({ env: { OPENAI_API_KEY: key } });
    const owner = await alone.person('Bo');
    expect((await owner.get(connections).expect(200)).body.items).toEqual([
      {
        id: 'env-1',
        name: 'OpenAI',
        baseUrl: 'https://api.openai.com/v1',
        hasApiKey: true,
        enabled: true,
        locked: true,
      },
    ]);
    await alone.end();
  });
});
