import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { password } from '../../support/person.ts';

describe('an https address behind a proxy that does not say so', () => {
  let app: TestApp;
  const lines: string[] = [];
  beforeAll(async () => {
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    app = await createTestApp({ env: { WEBUI_URL: 'https://chat.example.org' }, log });
  });
  afterAll(() => app.end());

  const account = { name: 'A', email: 'a@example.org', password };

  test('sign-up and sign-in say what is wrong instead of losing the session', async () => {
    const signUp = await app.stranger().post('/auth/sign-up', account).expect(422);
    expect(signUp.body).toMatchObject({ error: { code: 'insecure_connection' } });
    expect(signUp.body.error.message).toContain('https://chat.example.org');
    expect(signUp.body.error.message).toContain('X-Forwarded-Proto');
    // Nothing was created.
    const person = app.stranger();
    await person.post('/auth/sign-up', account).set('X-Forwarded-Proto', 'https').expect(201);
    const signIn = await app.stranger().post('/auth/sign-in', account).expect(422);
    expect(signIn.body).toMatchObject({ error: { code: 'insecure_connection' } });
    const response = await app
      .stranger()
      .post('/auth/sign-in', account)
      .set('X-Forwarded-Proto', 'https')
      .expect(200);
    expect(String(response.headers['set-cookie'])).toMatch(/__Host-parley=/);
  });

  test('the log warns once, not with each attempt', async () => {
    for (let i = 0; i < 5; i++) await app.stranger().post('/auth/sign-in', account).expect(422);
    const warnings = lines.filter((line) => line.includes('X-Forwarded-Proto'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).not.toContain(account.email);
  });

  test('a page under another address says where the instance is', async () => {
    const response = await app
      .stranger()
      .post('/auth/sign-in', account)
      .set({ Host: 'intranet:3000', Origin: 'http://intranet:3000' })
      .expect(403);
    expect(response.body).toMatchObject({ error: { code: 'wrong_address' } });
    expect(response.body.error.message).toContain('https://chat.example.org');
  });
});
