import { describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { LogLines } from '../../support/logLines.ts';

const header = 'x-request-id';
const generated = /^[0-9a-f]{12}$/;

/** Makes every search fail, as a bug would. */
function breakSearch(app: TestApp): void {
  app.platform.store.rows = () => Promise.reject(new TypeError('broken'));
}

async function withApp(
  options: Parameters<typeof createTestApp>[0],
  work: (app: TestApp) => Promise<void>,
): Promise<void> {
  const app = await createTestApp(options);
  try {
    await work(app);
  } finally {
    await app.end();
  }
}

describe('the id of a request', () => {
  test('is in every response and differs each time', () =>
    withApp({}, async (app) => {
      const ids = new Set<string>();
      for (const path of ['/healthz', '/api/v1/config', '/api/v1/me', '/api/v1/nothing', '/s/some-link']) {
        const id = (await app.stranger().agent.get(path)).headers[header] as string;
        expect(id).toMatch(generated);
        ids.add(id);
      }
      expect(ids.size).toBe(5);
    }));

  test('is in the body of every error', () =>
    withApp({}, async (app) => {
      const ann = await app.person('Ann');
      for (const response of [
        await app.stranger().get('/me').expect(401),
        await ann.get('/chats/nothing').expect(404),
        await ann.post('/chats', { title: 7 }).expect(400),
        await ann.get('/nothing').expect(404),
      ]) {
        expect((response.body as { error: { requestId: string } }).error.requestId).toBe(
          response.headers[header],
        );
      }
    }));

  test('is that of a trusted proxy, if it is harmless', () =>
    withApp({ env: { TRUST_PROXY: '1' } }, async (app) => {
      const idFor = async (sent: string) =>
        (await app.stranger().get('/config').set(header, sent)).headers[header] as string;
      for (const id of [
        '0b9c6a52e1f84d7fa3c1d2e4f5a6b7c8',
        '018f3c2e-7b1d-4a5e-9c3f-2d1e0f9a8b7c',
        'req_1.2-3',
      ])
        expect(await idFor(id)).toBe(id);
      for (const id of ['short', 'x'.repeat(65), 'two words', '{"level":60}', '<script>', 'a,b,c,d,e,f'])
        expect(await idFor(id)).toMatch(generated);
    }));

  test('is never that of a client without a proxy in between', () =>
    withApp({}, async (app) => {
      const response = await app.stranger().get('/config').set(header, 'chosen-by-the-client');
      expect(response.headers[header]).toMatch(generated);
    }));

  test('is in what the server logs about an unexpected error, with the route instead of the path', async () => {
    const lines = new LogLines('info');
    await withApp({ log: lines.log }, async (app) => {
      const ann = await app.person('Ann');
      breakSearch(app);
      const response = await ann.get('/chats?query=kaleidoscope').expect(500);
      const { requestId } = (response.body as { error: { requestId: string } }).error;
      expect(requestId).toBe(response.headers[header]);
      expect(lines.all).toContainEqual(
        expect.objectContaining({ msg: 'request failed', requestId, method: 'GET', route: '/chats' }),
      );
      expect(lines.text).not.toContain('kaleidoscope');
    });
  });

  test('a failed event of a socket has one too, in the acknowledgement and in the log', async () => {
    const lines = new LogLines('info');
    await withApp({ log: lines.log }, async (app) => {
      const ann = await app.person('Ann');
      const chat = (await ann.post('/chats', {}).expect(201)).body as { id: string };
      const tab = await ann.connect();
      Object.defineProperty(app.platform.store, 'db', {
        get: () => {
          throw new TypeError('broken');
        },
      });
      const reply = await tab.request('chat:watch', { chatId: chat.id });
      expect(reply).toMatchObject({
        ok: false,
        error: { code: 'internal', requestId: expect.stringMatching(generated) },
      });
      const requestId = reply.ok ? undefined : reply.error.requestId;
      expect(lines.all).toContainEqual(expect.objectContaining({ msg: 'socket event failed', requestId }));
      tab.close();
    });
  });

  test('at level debug every request is logged once, by its route, with its status and time', async () => {
    const lines = new LogLines('debug');
    await withApp({ log: lines.log }, async (app) => {
      const response = await app.stranger().get('/shared/a-secret-id').expect(401);
      await lines.waitFor(({ msg, route }) => msg === 'request' && route === '/api/v1/shared/:id');
      const logged = lines.all.filter(
        ({ msg, requestId }) => msg === 'request' && requestId === response.headers[header],
      );
      expect(logged).toMatchObject([{ method: 'GET', status: 401, ms: expect.any(Number) }]);
      expect(lines.text).not.toContain('a-secret-id');
    });
  });
});
