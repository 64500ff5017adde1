import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ApiError } from '../../../../../client/src/api/apiError.ts';
import { SharedChatPage } from '../../../../../client/src/features/sharing/page/sharedChatPage.svelte.ts';
import { FakeApi, Refusal } from '../../../support/fakeApi.ts';
import { FakeSocket } from '../../../support/fakeSocket.ts';
import { aSharedChat } from '../factories.ts';

/** A socket whose replies to `share:watch` a test decides. */
class WatchSocket extends FakeSocket {
  reply: () => Promise<{ version: number }> = async () => ({ version: 1 });
  watched = 0;
  emit = async (): Promise<never> => {
    this.watched++;
    return (await this.reply()) as never;
  };
}

let api: FakeApi;
let socket: WatchSocket;
let page: SharedChatPage;

const openSocket = async () => socket;
const refuse = (status: number, code: string) => (): never => {
  throw new Refusal(status, code);
};

beforeEach(() => {
  jest.useFakeTimers();
  api = new FakeApi().on('GET /shared/:id', () => aSharedChat());
  socket = new WatchSocket();
  page = new SharedChatPage('link');
});
afterEach(() => {
  page.unfollow();
  jest.useRealTimers();
});

async function opened(): Promise<void> {
  await page.load();
  await page.follow(openSocket);
}

describe('refusals', () => {
  test.each([
    ['a link that does not exist or is not for this reader', 404, 'not_found', 'not_found'],
    ['a malformed id', 400, 'invalid', 'not_found'],
    ['an account that waits for approval', 403, 'pending', 'pending'],
    ['a server error', 500, 'internal', 'failed'],
  ])('%s shows its own state and no text', async (_case, status, code, expected) => {
    api.on('GET /shared/:id', refuse(status, code));
    await page.load();
    expect([page.status, page.chat]).toEqual([expected, null]);
  });

  test('a missing session does not change the page, because the app redirects to the sign-in page', async () => {
    api.on('GET /shared/:id', refuse(401, 'unauthenticated'));
    await page.load();
    expect([page.status, page.chat]).toEqual(['loading', null]);
  });

  test('an unreachable server is reported, and a retry opens the chat', async () => {
    api.offline = true;
    await page.load();
    expect(page.status).toBe('failed');
    api.offline = false;
    await page.load();
    expect([page.status, page.chat?.title]).toEqual(['open', 'A chat']);
  });

  test('an open chat remains readable while the server is unreachable', async () => {
    await page.load();
    api.offline = true;
    await page.load();
    expect([page.status, page.chat?.title]).toEqual(['open', 'A chat']);
  });

  test('a copy that is refused rejects', async () => {
    api.on('POST /shared/:id/continue', refuse(404, 'not_found'));
    await expect(page.continue()).rejects.toThrow();
  });

  test('a link revoked before it was followed removes the text', async () => {
    socket.reply = () => Promise.reject(new ApiError(0, 'not_found', 'Not found.'));
    await opened();
    expect([page.status, page.chat]).toEqual(['not_found', null]);
  });
});

describe('following', () => {
  test('a revoked link removes the text at once', async () => {
    await opened();
    socket.deliver('share:revoked', { id: 'another' });
    expect(page.status).toBe('open');
    socket.deliver('share:revoked', { id: 'link' });
    expect([page.status, page.chat]).toEqual(['not_found', null]);
  });

  test('a new version is offered, and shown only when the reader loads it', async () => {
    await opened();
    expect(page.hasNewVersion).toBe(false);
    socket.deliver('share:updated', { id: 'another', version: 2 });
    expect(page.hasNewVersion).toBe(false);
    socket.deliver('share:updated', { id: 'link', version: 2 });
    expect([page.hasNewVersion, page.chat?.version]).toEqual([true, 1]);
    api.on('GET /shared/:id', () => aSharedChat({ version: 2 }));
    await page.load();
    expect([page.hasNewVersion, page.chat?.version]).toEqual([false, 2]);
  });

  test('an update before the link was followed is offered too', async () => {
    socket.reply = async () => ({ version: 2 });
    await opened();
    expect(page.hasNewVersion).toBe(true);
  });

  test('a reconnect asks for what was missed', async () => {
    await opened();
    socket.reply = async () => ({ version: 3 });
    socket.reconnect();
    await jest.advanceTimersByTimeAsync(0);
    expect([socket.watched, page.hasNewVersion]).toEqual([2, true]);
  });

  test('a failed request to follow is repeated until it succeeds', async () => {
    socket.reply = () => Promise.reject(new ApiError(0, 'timed_out', 'Timed out.'));
    await opened();
    expect([socket.watched, page.status]).toEqual([1, 'open']);
    socket.reply = async () => ({ version: 1 });
    await jest.advanceTimersByTimeAsync(5_000);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(socket.watched).toBe(2);
  });

  test('following twice listens once', async () => {
    await opened();
    await page.follow(openSocket);
    socket.reconnect();
    await jest.advanceTimersByTimeAsync(0);
    expect(socket.watched).toBe(3);
  });

  test('unfollowing ends events and retries', async () => {
    socket.reply = () => Promise.reject(new ApiError(0, 'timed_out', 'Timed out.'));
    await opened();
    page.unfollow();
    await jest.advanceTimersByTimeAsync(60_000);
    socket.deliver('share:revoked', { id: 'link' });
    socket.reconnect();
    expect([socket.watched, page.status]).toEqual([1, 'open']);
  });
});

test('continuing resolves with the id of the copy', async () => {
  api.on('POST /shared/:id/continue', ({ params }) => ({ chatId: `copy-of-${params['id']}` }));
  expect(await page.continue()).toBe('copy-of-link');
});
