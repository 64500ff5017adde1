import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { startModelServer, type ModelServer } from '../../support/modelServer.ts';
import type { Person } from '../../support/person.ts';

interface Listed {
  items: { id: string; name: string; connection: string }[];
  defaultModel: string | null;
}

describe('GET /models', () => {
  let app: TestApp;
  let admin: Person;
  let servers: ModelServer[];

  beforeEach(async () => {
    servers = [];
    app = await createTestApp({ modelTuning: { demoTokensPerSecond: 100_000 } });
    admin = await app.person('Ada');
  });
  afterEach(async () => {
    await app.end();
    for (const server of servers) await server.close();
  });

  const serve = async (...models: string[]) => {
    const server = await startModelServer(models);
    servers.push(server);
    return server;
  };
  const connect = async (name: string, server: ModelServer) =>
    (await admin.post('/admin/connections', { name, baseUrl: server.url }).expect(201)).body;
  const list = async () => (await admin.get('/models').expect(200)).body as Listed;
  const ids = async () => (await list()).items.map(({ id }) => id);

  test('is only for members', async () => {
    await app.stranger().get('/models').expect(401);
    const pending = await app.person('Pat', 'pending');
    await pending.get('/models').expect(403);
    const member = await app.person('Ben');
    await member.get('/models').expect(200);
  });

  test('contains every model that a question may request; any other is refused', async () => {
    const chat = (await admin.post('/chats', {}).expect(201)).body;
    const response = await admin
      .post(`/chats/${chat.id}/messages`, { content: 'Hi', model: 'gone' })
      .expect(422);
    expect(response.body.error).toMatchObject({
      code: 'unknown_model',
      message: expect.stringMatching(/not available/),
    });
    expect((await admin.get(`/chats/${chat.id}`).expect(200)).body.messages).toEqual([]);
  });

  test('is empty without models, and then a question is refused and nothing is stored', async () => {
    await connect('Empty', await serve());
    expect(await list()).toEqual({ items: [], defaultModel: null });
    const chat = (await admin.post('/chats', {}).expect(201)).body;
    const response = await admin.post(`/chats/${chat.id}/messages`, { content: 'Hi' }).expect(422);
    expect(response.body.error.code).toBe('no_model');
  });

  test('replaces the remembered model of a chat by the default if it is gone', async () => {
    const chat = (await admin.post('/chats', { model: 'oasst' }).expect(201)).body;
    const sent = await admin.post(`/chats/${chat.id}/messages`, { content: 'Hi' }).expect(201);
    expect(sent.body.answer.model).toBe('parley-demo');
  });

  test('hides the demo model once there is a connection, unless an admin enables it', async () => {
    expect(await list()).toEqual({
      items: [{ id: 'parley-demo', name: 'Demo model (not an AI)', connection: 'Parley' }],
      defaultModel: 'parley-demo',
    });
    const { id } = await connect('Local', await serve('llama'));
    expect(await list()).toEqual({
      items: [{ id: 'llama', name: 'llama', connection: 'Local' }],
      defaultModel: 'llama',
    });
    await admin.patch('/admin/settings', { demoModel: true }).expect(200);
    expect(await ids()).toEqual(['llama', 'parley-demo']);
    await admin.patch('/admin/settings', { demoModel: false }).expect(200);
    await admin.delete(`/admin/connections/${id}`).expect(204);
    expect(await ids()).toEqual(['parley-demo']);
  });

  test('distinguishes models with the same id, and each request goes to the right server', async () => {
    const [a, b, c] = [
      await serve('llama'),
      await serve('llama', 'phi'),
      await serve('llama', 'parley-demo'),
    ];
    await connect('Ay', a);
    await connect('Same', b);
    const third = await connect('Same', c);
    expect(await ids()).toEqual(['llama', 'Same/llama', 'phi', `${third.id}/llama`, 'Same/parley-demo']);
    const chat = (await admin.post('/chats', {}).expect(201)).body;
    const tab = await admin.connect();
    for (const [model, server, served] of [
      ['Same/llama', b, 'llama'],
      [`${third.id}/llama`, c, 'llama'],
      ['Same/parley-demo', c, 'parley-demo'],
    ] as const) {
      await tab.request('chat:watch', { chatId: chat.id });
      const { answer } = (
        await admin.post(`/chats/${chat.id}/messages`, { content: 'Hi', model }).expect(201)
      ).body;
      await tab.waitFor(
        'message:updated',
        ({ message }) => message.id === answer.id && message.status === 'complete',
      );
      const streamed = server.requests.filter((request) => request.body.stream === true);
      expect(streamed.at(-1)?.body.model).toBe(served);
    }
    tab.close();
  });

  test('contains the names sent by the server, and never has an embedding model as its default', async () => {
    const server = await serve();
    server.models = [
      { id: 'text-embedding-3-small' },
      { id: 'gpt-5', name: 'GPT-5' },
      { id: 'x'.repeat(301) },
    ];
    await connect('Some', server);
    expect(await list()).toEqual({
      items: [
        { id: 'text-embedding-3-small', name: 'text-embedding-3-small', connection: 'Some' },
        { id: 'gpt-5', name: 'GPT-5', connection: 'Some' },
      ],
      defaultModel: 'gpt-5',
    });
  });

  test('is cached for a minute, then returned at once and refreshed in the background', async () => {
    const server = await serve('llama');
    await connect('Local', server);
    const requestCount = () => server.requests.length;
    await ids();
    await ids();
    expect(requestCount()).toBe(1);
    server.models = [{ id: 'newer' }];
    app.advance(61_000);
    expect(await ids()).toEqual(['llama']);
    await server.waitUntil(() => requestCount() === 2);
    await expect(eventually(ids, (now) => now[0] === 'newer')).resolves.toEqual(['newer']);
  });

  test('keeps the models of a failing server for a while', async () => {
    const [alive, dying] = [await serve('llama'), await serve('phi')];
    await connect('Alive', alive);
    await connect('Dying', dying);
    expect(await ids()).toEqual(['llama', 'phi']);
    dying.listing = { status: 500 };
    app.advance(61_000);
    expect(await ids()).toEqual(['llama', 'phi']);
    await eventually(
      () => Promise.resolve(dying.requests.length),
      (count) => count === 2,
    );
    app.advance(11 * 60_000);
    await expect(eventually(ids, (now) => now.length === 1)).resolves.toEqual(['llama']);
  });

  test('waits for a server that hangs only once', async () => {
    const [alive, hanging] = [await serve('llama'), await serve('phi')];
    hanging.listing = { hang: true };
    await connect('Hanging', hanging);
    await connect('Alive', alive);
    expect(await ids()).toEqual(['llama']);
    app.advance(61_000);
    const requestCount = () => hanging.requests.length;
    const before = requestCount();
    expect(await ids()).toEqual(['llama']);
    await hanging.waitUntil(() => requestCount() > before);
    // The list was returned while the server still had the request.
    expect(hanging.requests.at(-1)?.aborted).toBe(false);
  });
});

/** Reads a value until it meets the condition. */
async function eventually<T>(read: () => Promise<T>, condition: (value: T) => boolean): Promise<T> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const value = await read();
    if (condition(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('The condition was not met within 2 s.');
}
