import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../../support/app.ts';
import type { Person } from '../../support/person.ts';

describe('requests of other sites', () => {
  let app: TestApp;
  let ann: Person;
  beforeAll(async () => {
    app = await createTestApp({ env: { DEFAULT_USER_ROLE: 'user' } });
    ann = await app.person('Ann');
  });
  afterAll(() => app.end());

  test.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['an opaque origin', { origin: 'null' }],
    ['another port of the same host', { origin: 'http://127.0.0.1:1' }],
    ['a same-site page', { 'sec-fetch-site': 'same-site' }],
    ['a cross-site page', { 'sec-fetch-site': 'cross-site' }],
  ])('cannot change anything: %s', async (_what, headers) => {
    await ann.post('/chats', {}).set(headers).expect(403);
  });

  test('our own pages can', async () => {
    await ann.post('/chats', {}).set({ origin: app.url, 'sec-fetch-site': 'same-origin' }).expect(201);
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
  ])('a body of the type %s is refused', async (type) => {
    const answer = await ann.agent.post('/api/v1/chats').set('Content-Type', type).send('{}').expect(415);
    expect(answer.body).toMatchObject({ error: { code: 'wrong_type' } });
  });

  test('a socket from another origin is refused, with a cookie or without', async () => {
    await expect(ann.connect({ origin: 'https://evil.example' })).rejects.toThrow();
    await expect(app.stranger().connect()).rejects.toThrow('unauthenticated');
    const own = await ann.connect({ origin: app.url });
    own.close();
  });
});

describe('hostile input', () => {
  let app: TestApp;
  let ann: Person;
  beforeAll(async () => {
    app = await createTestApp({ env: { DEFAULT_USER_ROLE: 'user' } });
    ann = await app.person('Ann');
  });
  afterAll(() => app.end());

  test('a body that is not JSON gets a reason', async () => {
    const answer = await ann.agent
      .post('/api/v1/chats')
      .set('Content-Type', 'application/json')
      .send('{"a":')
      .expect(400);
    expect(answer.body.error.message).toMatch(/not valid JSON/);
  });

  test('a body beyond the bound is refused before it is read', async () => {
    const answer = await ann.post('/chats', { title: 'x'.repeat(2_000_000) }).expect(413);
    expect(answer.body).toMatchObject({ error: { code: 'too_large' } });
  });

  test('NUL, lone surrogates and line breaks do not reach a title', async () => {
    const answer = await ann.post('/chats', { title: ' a\u0000b\n c \ud800' }).expect(201);
    expect(answer.body.title).toBe('ab c \ufffd');
  });

  test('fields nobody asked for change nothing', async () => {
    const chat = await ann.agent
      .post('/api/v1/chats')
      .set('Content-Type', 'application/json')
      .send(
        '{"title":"T","ownerId":"x","__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}',
      )
      .expect(201);
    expect(Object.keys(chat.body)).not.toContain('ownerId');
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    const me = await ann.patch('/me', { name: 'Ann', role: 'admin', id: 'x' }).expect(200);
    expect(me.body.user).toMatchObject({ id: ann.user.id, role: ann.user.role });
  });

  test.each([
    '/chats?limit=0',
    '/chats?limit=1e9',
    '/chats?cursor=x',
    '/chats?archived=maybe',
    '/chats/%00',
    '/chats?query=a&query=b',
  ])('%s is refused as it stands', async (path) => {
    const answer = await ann.get(path);
    expect([400, 404]).toContain(answer.status);
  });

  test.each(['/assets/nope.js', '/assets/', '/assets/%', '/assets/%00', '/assets/%2e%2e%2fshared.html'])(
    'asking for %s is no fault of the server',
    async (path) => {
      const answer = await app.stranger().agent.get(path);
      expect([400, 404]).toContain(answer.status);
    },
  );

  test('an unknown path says not found, with or without a session', async () => {
    await ann.get('/nothing').expect(404);
    await app.stranger().get('/nothing').expect(404);
    await ann.agent.get('/api/v1/chats/%E0%A4%A').expect(400);
  });
});

describe('headers', () => {
  test('keep answers private and pages strict', async () => {
    const app = await createTestApp();
    const answer = await app.stranger().get('/config').expect(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['x-robots-tag']).toContain('noindex');
    expect(answer.headers['referrer-policy']).toBe('no-referrer');
    const policy = answer.headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("script-src 'self' 'unsafe-inline'");
    expect(answer.headers['x-powered-by']).toBeUndefined();
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    await app.end();
  });

  test('the cookie is out of reach for scripts, and bound to the host over HTTPS', async () => {
    const app = await createTestApp({ env: { WEBUI_URL: 'https://chat.example.org' } });
    const body = { name: 'A', email: 'a@example.org', password: 'correct horse battery' };
    const answer = await app
      .stranger()
      .post('/auth/sign-up', body)
      .set('X-Forwarded-Proto', 'https')
      .expect(201);
    const cookie = String(answer.headers['set-cookie']);
    expect(cookie).toMatch(/^__Host-parley=/);
    for (const part of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) expect(cookie).toContain(part);
    await app.end();
  });
});

describe('health', () => {
  test('is alive always and ready while the database takes writes', async () => {
    const app = await createTestApp();
    await app.stranger().agent.get('/healthz').expect(200);
    await app.stranger().agent.get('/readyz').expect(200);
    await app.end();
  });
});
