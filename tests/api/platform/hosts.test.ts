import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { password } from '../../support/person.ts';

const account = { name: 'A', email: 'a@example.org', password };

describe('without a configured URL', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ env: { ALLOWED_HOSTS: 'chat.example.org; Team.Example.org' } });
  });
  afterAll(() => app.end());

  const as = (host: string) => ({ Host: host, Origin: `http://${host}` });

  test.each([
    'rebind.evil.example',
    'rebind.evil.example:3000',
    'chat.example.org.evil.example',
    'evil-chat.example.org',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1.nip.io',
    'evil.example.',
    'chat.example.org@evil.example',
    '',
    '[::1',
    '7f000001.rebind.network',
  ])('a page that was rebound under the name "%s" cannot become the first admin', async (host) => {
    const response = await app.stranger().post('/auth/sign-up', account).set(as(host));
    expect([400, 403]).toContain(response.status);
    const config = await app.stranger().get('/config').expect(200);
    expect(config.body).toMatchObject({ firstRun: true });
  });

  test('an unknown name gets nothing from the API, and a page that says what to set', async () => {
    const api = await app.stranger().get('/config').set('Host', 'rebind.evil.example').expect(403);
    expect(api.body).toMatchObject({ error: { code: 'unknown_host' } });
    expect(api.body.error.message).toMatch(/WEBUI_URL/);
    for (const path of ['/', '/auth', '/s/some-link']) {
      const page = await app.stranger().agent.get(path).set('Host', 'rebind.evil.example').expect(403);
      expect(page.type).toBe('text/html');
      expect(page.text).toContain('WEBUI_URL');
      expect(page.text).toContain('ALLOWED_HOSTS');
      expect(page.text).not.toContain('evil');
    }
  });

  test('health checks are answered under any name', async () => {
    await app.stranger().agent.get('/healthz').set('Host', 'rebind.evil.example').expect(200);
  });

  test('a socket of a page under an unknown name is refused', async () => {
    const owner = await createTestApp();
    const ann = await owner.person('Ann');
    await expect(ann.connect({ origin: 'http://rebind.evil.example' })).rejects.toThrow();
    const own = await ann.connect({ origin: owner.url });
    own.close();
    await owner.end();
  });

  test.each([
    '127.0.0.1:3000',
    '192.168.1.20:3000',
    '[::1]:3000',
    '[fd00::20]',
    'localhost:3000',
    'LOCALHOST',
    'parley.localhost:3000',
    'nas:3000',
    'nas.local',
    'parley.internal',
    'parley.home.arpa',
    'chat.example.org',
    'team.example.org:8443',
    'CHAT.example.org.',
  ])('the host "%s" is known', async (host) => {
    await app.stranger().get('/config').set('Host', host).expect(200);
    // The origin is accepted: only the credentials are wrong.
    await app.stranger().post('/auth/sign-in', account).set(as(host)).expect(401);
  });
});

describe('with a configured URL', () => {
  test('the host of a request is not compared, because a proxy may change it', async () => {
    const app = await createTestApp({ env: { WEBUI_URL: 'http://chat.example.org' } });
    await app.stranger().get('/config').set('Host', 'backend.cluster.example').expect(200);
    const headers = { Host: 'rebind.evil.example', Origin: 'http://rebind.evil.example' };
    await app.stranger().post('/auth/sign-up', account).set(headers).expect(403);
    await app.end();
  });
});
