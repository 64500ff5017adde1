import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Session } from '../../../../client/src/features/auth/session.svelte.ts';
import { t } from '../../../../client/src/i18n/t.ts';
import { FakeApi, Refusal } from '../../support/fakeApi.ts';
import { FakeSocket } from '../../support/fakeSocket.ts';
import { aConfig, aMe } from '../../support/factories.ts';
import { settle } from '../../support/settle.ts';

let api: FakeApi;
let socket: FakeSocket;
let onEnded: jest.Mock<() => void>;
let session: Session;
const unauthenticated = (): never => {
  throw new Refusal(401, 'unauthenticated');
};

beforeEach(() => {
  session?.stop();
  api = new FakeApi();
  api.on('GET /config', () => aConfig()).on('GET /me', unauthenticated);
  socket = new FakeSocket();
  onEnded = jest.fn();
  session = new Session({ socket, onEnded });
});

describe('Session', () => {
  test('starts as a visitor without a session, and does not count as ended', async () => {
    await session.start();
    expect(session.status).toBe('visitor');
    expect(session.permissions.chat).toBe(false);
    expect(socket.connected).toBe(false);
    expect(onEnded).not.toHaveBeenCalled();
  });

  test('does not ask who is signed in when the configuration says nobody is', async () => {
    api.on('GET /config', () => aConfig({ signedIn: false }));
    await session.start();
    expect(session.user).toBeNull();
    expect(api.requestsTo('GET /me')).toEqual([]);
  });

  test('does not start when the server cannot be reached', async () => {
    api.offline = true;
    await expect(session.start()).rejects.toThrow(t('common.offline'));
  });

  test('stays a visitor after a wrong password', async () => {
    await session.start();
    api.on('POST /auth/sign-in', () => {
      throw new Refusal(401, 'wrong_credentials', 'Wrong email or password.');
    });
    await expect(session.signIn('ada@example.org', 'wrong')).rejects.toThrow('Wrong email or password.');
    expect(session.status).toBe('visitor');
    expect(onEnded).not.toHaveBeenCalled();
  });

  test('connects the socket for members, but not for pending accounts', async () => {
    api.on('GET /me', () => aMe({ role: 'pending' }, { chat: false }));
    await session.start();
    expect(session.status).toBe('pending');
    expect(socket.connected).toBe(false);
    api.on('GET /me', () => aMe());
    await session.refresh();
    expect(session.status).toBe('member');
    expect(socket.connected).toBe(true);
  });

  test('keeps the theme when the socket reports the end before signing out has its response', async () => {
    api.on('GET /me', () => aMe());
    await session.start();
    localStorage.setItem('parley.theme', 'dark');
    const themes: unknown[] = [];
    onEnded.mockImplementation(() => void themes.push(localStorage.getItem('parley.theme')));
    api.on('POST /auth/sign-out', () => {
      localStorage.clear();
      socket.deliver('session:ended', { reason: 'signed_out' });
      return undefined;
    });
    await session.signOut();
    expect(themes).toEqual(['dark']);
    expect(session.status).toBe('visitor');
  });

  test('ends once when requests get a 401 response', async () => {
    api.on('GET /me', () => aMe());
    await session.start();
    api.on('PATCH /me', unauthenticated);
    await expect(session.rename('Ada')).rejects.toThrow();
    await expect(session.rename('Ada')).rejects.toThrow();
    expect(session.status).toBe('visitor');
    expect(socket.connected).toBe(false);
    expect(onEnded).toHaveBeenCalledTimes(1);
  });

  test('ends when the server signs the user out, but not when the server stops', async () => {
    api.on('GET /me', () => aMe());
    await session.start();
    socket.deliver('session:ended', { reason: 'server_stopping' });
    await settle();
    expect(onEnded).not.toHaveBeenCalled();
    socket.deliver('session:ended', { reason: 'signed_out' });
    expect(onEnded).toHaveBeenCalledTimes(1);
  });

  test('ends when another tab has signed in as a different user', async () => {
    api.on('GET /me', () => aMe());
    await session.start();
    api.on('GET /me', () => aMe({ id: 'grace' }));
    await session.refresh();
    expect(onEnded).toHaveBeenCalledTimes(1);
  });

  test('applies a new role and a new configuration at once', async () => {
    api.on('GET /me', () => aMe());
    await session.start();
    api.on('GET /me', () => aMe({ role: 'admin' }, { administer: true }));
    socket.deliver('session:ended', { reason: 'role_changed' });
    await settle();
    expect(session.status).toBe('admin');
    api.on('GET /config', () => aConfig({ name: 'Analytical Engine' }));
    socket.deliver('config:changed', {});
    await settle();
    expect(session.config.name).toBe('Analytical Engine');
  });

  test.each([
    ['is restored', () => socket.reconnect()],
    ['is refused', () => socket.refuse()],
  ])('refreshes when the connection %s', async (_, trigger) => {
    api.on('GET /me', () => aMe());
    await session.start();
    trigger();
    await settle();
    expect(onEnded).not.toHaveBeenCalled();
    api.on('GET /me', unauthenticated);
    trigger();
    await settle();
    expect(onEnded).toHaveBeenCalledTimes(1);
  });

  test('closes the socket on sign-out, and stays signed in when the request fails', async () => {
    api.on('GET /me', () => aMe());
    await session.start();
    api.offline = true;
    await expect(session.signOut()).rejects.toThrow();
    expect(session.status).toBe('member');
    api.offline = false;
    api.on('POST /auth/sign-out', () => undefined);
    await session.signOut();
    expect(socket.connected).toBe(false);
    expect(onEnded).toHaveBeenCalledTimes(1);
  });

  test('keeps the preferences of the browser when signing out removes what is stored', async () => {
    api.on('GET /me', () => aMe());
    await session.start();
    localStorage.setItem('parley.theme', 'dark');
    localStorage.setItem('someone else', 'private');
    api.on('POST /auth/sign-out', () => {
      localStorage.clear();
      return undefined;
    });
    await session.signOut();
    expect({ ...localStorage }).toEqual({ 'parley.theme': 'dark' });
    localStorage.clear();
  });

  test('stays signed in when its session is renewed', async () => {
    api.on('GET /me', () => aMe());
    await session.start();
    socket.deliver('session:ended', { reason: 'session_renewed' });
    await settle();
    expect(session.status).toBe('member');
    expect(onEnded).not.toHaveBeenCalled();
  });

  test('shows admins, and only them, how many people wait for approval', async () => {
    api.on('GET /me', () => ({ ...aMe({ role: 'admin' }, { administer: true }), pendingCount: 2 }));
    await session.start();
    expect(session.pendingCount).toBe(2);
    socket.deliver('users:pending', { count: 3 });
    expect(session.pendingCount).toBe(3);
    api.on('GET /me', () => aMe());
    await session.refresh();
    socket.deliver('users:pending', { count: 4 });
    expect(session.pendingCount).toBe(0);
  });
});
