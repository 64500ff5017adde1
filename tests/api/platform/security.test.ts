import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../../support/app.ts';
import type { Person } from '../../support/person.ts';

describe('requests from other sites', () => {
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
  ])('a request from %s is refused', async (_origin, headers) => {
    await ann.post('/chats', {}).set(headers).expect(403);
  });

  test('a request from our own page is accepted', async () => {
    await ann.post('/chats', {}).set({ origin: app.url, 'sec-fetch-site': 'same-origin' }).expect(201);
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
  ])('a body of type %s is refused', async (type) => {
    const response = await ann.agent.post('/api/v1/chats').set('Content-Type', type).send('{}').expect(415);
    expect(response.body).toMatchObject({ error: { code: 'wrong_type' } });
  });

  test('a socket from another origin is refused, with and without a cookie', async () => {
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

  test('a body that is not JSON is refused with a reason', async () => {
    const response = await ann.agent
      .post('/api/v1/chats')
      .set('Content-Type', 'application/json')
      .send('{"a":')
      .expect(400);
    expect(response.body.error.message).toMatch(/not valid JSON/);
  });

  test('a body that is too large is refused before it is read', async () => {
    const response = await ann.post('/chats', { title: 'x'.repeat(2_000_000) }).expect(413);
    expect(response.body).toMatchObject({ error: { code: 'too_large' } });
  });

  test('NUL, lone surrogates and line breaks are removed from titles', async () => {
    const response = await ann.post('/chats', { title: ' a\u0000b\n c \ud800' }).expect(201);
    expect(response.body.title).toBe('ab c \ufffd');
  });

  test('unknown fields are ignored', async () => {
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
  ])('GET %s is refused', async (path) => {
    const response = await ann.get(path);
    expect([400, 404]).toContain(response.status);
  });

  test.each(['/assets/nope.js', '/assets/', '/assets/%', '/assets/%00', '/assets/%2e%2e%2fshared.html'])(
    'GET %s is not a server error',
    async (path) => {
      const response = await app.stranger().agent.get(path);
      expect([400, 404]).toContain(response.status);
    },
  );

  test('an unknown path is 404, with and without a session', async () => {
    await ann.get('/nothing').expect(404);
    await app.stranger().get('/nothing').expect(404);
    await ann.agent.get('/api/v1/chats/%E0%A4%A').expect(400);
  });
});

describe('headers', () => {
  test('responses are private and pages have a strict content policy', async () => {
    const app = await createTestApp();
    const response = await app.stranger().get('/config').expect(200);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.headers['x-robots-tag']).toContain('noindex');
    expect(response.headers['referrer-policy']).toBe('no-referrer');
    const policy = response.headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("script-src 'self' 'unsafe-inline'");
    expect(response.headers['x-powered-by']).toBeUndefined();
    expect(response.headers['access-control-allow-origin']).toBeUndefined();
    await app.end();
  });

  test('the session cookie is hidden from scripts and bound to the host over HTTPS', async () => {
    const app = await createTestApp({ env: { WEBUI_URL: 'https://chat.example.org' } });
    const body = { name: 'A', email: 'a@example.org', password: 'correct horse battery' };
    const response = await app
      .stranger()
      .post('/auth/sign-up', body)
      .set('X-Forwarded-Proto', 'https')
      .expect(201);
    const cookie = String(response.headers['set-cookie']);
    expect(cookie).toMatch(/^__Host-parley=/);
    for (const part of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) expect(cookie).toContain(part);
    await app.end();
  });
});

describe('health', () => {
  test('the server is alive, and ready while the database accepts writes', async () => {
    const app = await createTestApp();
    await app.stranger().agent.get('/healthz').expect(200);
    await app.stranger().agent.get('/readyz').expect(200);
    await app.end();
  });
});
