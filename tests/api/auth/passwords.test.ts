import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { password } from '../../support/person.ts';

describe('common passwords', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ env: { DEFAULT_USER_ROLE: 'user' } });
  });
  afterAll(() => app.end());

  const signUp = (body: object) =>
    app.stranger().post('/auth/sign-up', { name: 'Cassandra Lee', email: 'cassandra@example.org', ...body });

  test.each([
    ['12345678'],
    ['password'],
    ['Password1'],
    ['iloveyou'],
    ['QWERTY123'],
    ['trustno1'],
    ['1qaz2wsx'],
    ['zzzzzzzzzzzz'],
    ['abababababab'],
  ])('sign-up refuses the common password %s', async (common) => {
    const response = await signUp({ password: common }).expect(400);
    expect(response.body).toMatchObject({ error: { code: 'password_common' } });
    expect(response.body.error.message).toMatch(/too common/i);
  });

  test.each([['cassandra@example.org'], ['Cassandra'], ['Cassandra Lee'], ['CASSANDRALEE']])(
    'sign-up refuses the password %s, which is the name or email of the account',
    async (own) => {
      const response = await signUp({ password: own }).expect(400);
      expect(response.body).toMatchObject({ error: { code: 'password_common' } });
    },
  );

  test('a password change refuses a common password and changes nothing', async () => {
    const person = await app.person('Charles');
    const body = { currentPassword: password, newPassword: 'sunshine1' };
    const response = await person.post('/me/password', body).expect(400);
    expect(response.body).toMatchObject({ error: { code: 'password_common' } });
    await app.stranger().signIn(person.user.email);
  });

  test('a common password is not what tells that the current one is wrong', async () => {
    const person = await app.person('Carla');
    const body = { currentPassword: 'not the password', newPassword: 'sunshine1' };
    await person.post('/me/password', body).expect(400);
    await person.get('/me').expect(200);
  });
});
