import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { AccountLinkForm } from '../../../../client/src/features/auth/accountLinkForm.svelte.ts';
import { Session } from '../../../../client/src/features/auth/session.svelte.ts';
import { aConfig, aMe, aUser } from '../../support/factories.ts';
import { FakeApi, Refusal } from '../../support/fakeApi.ts';
import { FakeSocket } from '../../support/fakeSocket.ts';

let api: FakeApi;
let session: Session;
let form: AccountLinkForm;
const dead = (): never => {
  throw new Refusal(404, 'not_found', 'This link no longer works.');
};

beforeEach(() => {
  session?.stop();
  api = new FakeApi()
    .on('GET /config', () => aConfig())
    .on('GET /me', () => aMe())
    .on('POST /auth/account-link', () => ({
      kind: 'invite' as const,
      name: 'Ada',
      email: 'ada@example.org',
    }));
  session = new Session({ socket: new FakeSocket(), onEnded: jest.fn() });
  form = new AccountLinkForm('token', session);
});

describe('AccountLinkForm', () => {
  test('shows why a link does not work', async () => {
    api.on('POST /auth/account-link', dead);
    await form.load();
    expect([form.account, form.deadReason, form.error]).toEqual([null, 'This link no longer works.', null]);
  });

  test('can try again after the server could not be reached', async () => {
    api.offline = true;
    await form.load();
    expect(form.deadReason).toBeNull();
    expect(form.error).not.toBeNull();
    api.offline = false;
    await form.load();
    expect([form.account?.email, form.error]).toEqual(['ada@example.org', null]);
  });

  test('sends no password that is too short', async () => {
    await form.load();
    form.password = 'short';
    expect(await form.submit()).toBe(false);
    expect(form.passwordError).toBe('Use at least 8 characters.');
    expect(api.requestsTo('POST /auth/account-link/use')).toEqual([]);
  });

  test('shows a password that the server refuses at its field, and a link that was used meanwhile as dead', async () => {
    await form.load();
    form.password = 'long enough';
    api.on('POST /auth/account-link/use', () => {
      throw new Refusal(400, 'invalid_request', 'Not valid.', {
        fieldErrors: { password: ['is too common'] },
      });
    });
    expect(await form.submit()).toBe(false);
    expect([form.passwordError, form.deadReason, form.busy]).toEqual(['Is too common.', null, false]);
    api.on('POST /auth/account-link/use', dead);
    expect(await form.submit()).toBe(false);
    expect(form.deadReason).toBe('This link no longer works.');
  });

  test('sets the password once and signs in', async () => {
    api.on('POST /auth/account-link/use', () => ({ user: aUser() }));
    await form.load();
    form.password = 'long enough';
    const submissions = [form.submit(), form.submit()];
    expect(await Promise.all(submissions)).toEqual([true, false]);
    expect(api.requestsTo('POST /auth/account-link/use').map(({ body }) => body)).toEqual([
      { token: 'token', password: 'long enough' },
    ]);
    expect(session.status).toBe('member');
  });
});
