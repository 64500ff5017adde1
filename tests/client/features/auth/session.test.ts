import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Session } from '../../../../client/src/features/auth/session.svelte.ts';
import { FakeApi, Refusal } from '../../support/fakeApi.ts';
import { FakeSocket } from '../../support/fakeSocket.ts';
import { aConfig, aUser, rights } from '../../support/factories.ts';

let api: FakeApi;
let socket: FakeSocket;
let ended: jest.Mock<() => void>;
let session: Session;
const nobody = (): never => {
  throw new Refusal(401, 'unauthenticated');
};
const me = (overrides = {}, permissions = {}) => ({
  user: aUser(overrides),
  permissions: rights(permissions),
});
const settled = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  session?.stop();
  api = new FakeApi();
  api.on('GET /config', () => aConfig()).on('GET /me', nobody);
  socket = new FakeSocket();
  ended = jest.fn();
  session = new Session({ socket, ended });
});

describe('session', () => {
  test('takes nobody signed in for a visitor, and nothing has ended', async () => {
    await session.start();
    expect(session.standing).toBe('visitor');
    expect(session.permissions.chat).toBe(false);
    expect(socket.connected).toBe(false);
    expect(ended).not.toHaveBeenCalled();
  });

  test('does not ask who is signed in when the configuration says nobody is', async () => {
    api.on('GET /config', () => aConfig({ signedIn: false }));
    await session.start();
    expect(session.user).toBeNull();
    expect(api.to('GET /me')).toEqual([]);
  });

  test('does not start when the server cannot be reached', async () => {
    api.offline = true;
    await expect(session.start()).rejects.toThrow('Can’t reach the server');
  });

  test('stays a visitor after a wrong password', async () => {
    await session.start();
    api.on('POST /auth/sign-in', () => {
      throw new Refusal(401, 'wrong_credentials', 'E-mail or password is not right.');
    });
    await expect(session.signIn('ada@example.org', 'wrong')).rejects.toThrow('is not right');
    expect(session.standing).toBe('visitor');
    expect(ended).not.toHaveBeenCalled();
  });

  test('opens the socket for members, not for those who wait', async () => {
    api.on('GET /me', () => me({ role: 'pending' }, { chat: false }));
    await session.start();
    expect(session.standing).toBe('pending');
    expect(socket.connected).toBe(false);
    api.on('GET /me', () => me());
    await session.refresh();
    expect(session.standing).toBe('member');
    expect(socket.connected).toBe(true);
  });

  test('ends once when any request finds nobody signed in any more', async () => {
    api.on('GET /me', () => me());
    await session.start();
    api.on('PATCH /me', nobody);
    await expect(session.rename('Ada')).rejects.toThrow();
    await expect(session.rename('Ada')).rejects.toThrow();
    expect(session.standing).toBe('visitor');
    expect(socket.connected).toBe(false);
    expect(ended).toHaveBeenCalledTimes(1);
  });

  test('ends when the server says so, and not when it only stops', async () => {
    api.on('GET /me', () => me());
    await session.start();
    socket.deliver('session:ended', { reason: 'server_stopping' });
    await settled();
    expect(ended).not.toHaveBeenCalled();
    socket.deliver('session:ended', { reason: 'signed_out' });
    expect(ended).toHaveBeenCalledTimes(1);
  });

  test('ends when another tab signed someone else in', async () => {
    api.on('GET /me', () => me());
    await session.start();
    api.on('GET /me', () => me({ id: 'grace' }));
    await session.refresh();
    expect(ended).toHaveBeenCalledTimes(1);
  });

  test('learns of a new role and of new settings at once', async () => {
    api.on('GET /me', () => me());
    await session.start();
    api.on('GET /me', () => me({ role: 'admin' }, { administer: true }));
    socket.deliver('session:ended', { reason: 'role_changed' });
    await settled();
    expect(session.standing).toBe('admin');
    api.on('GET /config', () => aConfig({ name: 'Analytical Engine' }));
    socket.deliver('config:changed', {});
    await settled();
    expect(session.config.name).toBe('Analytical Engine');
  });

  test.each([
    ['was lost', () => socket.reconnect()],
    ['was refused', () => socket.refuse()],
  ])('asks again after the connection %s', async (_, happen) => {
    api.on('GET /me', () => me());
    await session.start();
    happen();
    await settled();
    expect(ended).not.toHaveBeenCalled();
    api.on('GET /me', nobody);
    happen();
    await settled();
    expect(ended).toHaveBeenCalledTimes(1);
  });

  test('closes the socket when signing out, and stays when that fails', async () => {
    api.on('GET /me', () => me());
    await session.start();
    api.offline = true;
    await expect(session.signOut()).rejects.toThrow();
    expect(session.standing).toBe('member');
    api.offline = false;
    api.on('POST /auth/sign-out', () => undefined);
    await session.signOut();
    expect(socket.connected).toBe(false);
    expect(ended).toHaveBeenCalledTimes(1);
  });
});
