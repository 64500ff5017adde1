import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { password, textOf, type Person } from '../../support/person.ts';

const home = '198.51.100.10';
const email = 'owner@example.org';

describe('guessing the password of one account', () => {
  let app: TestApp;
  let owner: Person;

  beforeEach(async () => {
    app = await createTestApp({ limited: true, env: { TRUST_PROXY: '1', DEFAULT_USER_ROLE: 'user' } });
    owner = app.stranger();
    const body = { name: 'Owner', email, password };
    await owner.post('/auth/sign-up', body).set('X-Forwarded-For', home).expect(201);
  });
  afterEach(() => app.end());

  const attempt = (address: string, account: string, secret: string) =>
    app
      .stranger()
      .post('/auth/sign-in', { email: account, password: secret })
      .set('X-Forwarded-For', address);
  /** Sends wrong passwords, each from another address; returns the statuses. */
  const guess = async (count: number, account = email) => {
    const responses = await Promise.all(
      Array.from({ length: count }, (_, i) => attempt(`203.0.113.${String(i)}`, account, 'wrong password')),
    );
    return responses.map(({ status }) => status);
  };

  test('wrong passwords from many addresses are refused after ten, also when sent at once', async () => {
    const statuses = await guess(40);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(30);
    const refused = await attempt('203.0.113.200', email, 'wrong password').expect(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.body).toMatchObject({ error: { code: 'rate_limited' } });
    // Not even the right password tells an attacker anything now.
    await attempt('203.0.113.201', email, password).expect(429);
  });

  test('meanwhile the owner signs in from an address that they have used before', async () => {
    await guess(20);
    await attempt(home, email, password).expect(200);
    await owner.post('/auth/sign-out').set('X-Forwarded-For', home).expect(204);
    await attempt(home, email, password).expect(200);
  });

  test('other accounts are not affected, and an unknown email is treated alike', async () => {
    await guess(20);
    const known = await attempt('203.0.113.220', email, 'wrong password').expect(429);
    await guess(20, 'nobody@example.org');
    const unknown = await attempt('203.0.113.221', 'nobody@example.org', 'wrong password').expect(429);
    expect(textOf(unknown)).toBe(textOf(known));
    await attempt('203.0.113.222', 'third@example.org', 'wrong password').expect(401);
  });

  test('the letter case of an email and spaces around it do not start a new count', async () => {
    await guess(20);
    await attempt('203.0.113.230', ' OWNER@Example.org ', 'wrong password').expect(429);
  });

  test('after a quarter of an hour a new address may try again', async () => {
    await guess(20);
    app.advance(15 * 60_000 + 1_000);
    await attempt('203.0.113.240', email, password).expect(200);
  });

  test('successful sign-ins do not count', async () => {
    for (let i = 0; i < 12; i++) await attempt(`203.0.113.${String(i)}`, email, password).expect(200);
  });

  test('the current password cannot be guessed from many addresses with a stolen session', async () => {
    const body = { currentPassword: 'wrong password', newPassword: 'a new long one' };
    const statuses: number[] = [];
    for (let i = 0; i < 15; i++) {
      const response = await owner
        .post('/me/password', body)
        .set('X-Forwarded-For', `203.0.113.${String(i)}`);
      statuses.push(response.status);
    }
    expect(statuses.filter((status) => status === 400)).toHaveLength(10);
    expect(statuses.slice(10)).toEqual([429, 429, 429, 429, 429]);
  });
});
