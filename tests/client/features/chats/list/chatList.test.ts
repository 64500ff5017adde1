import type { ChatSummary } from '#shared/chats';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { ChatList } from '../../../../../client/src/features/chats/list/chatList.svelte.ts';
import { FakeApi, Refusal } from '../../../support/fakeApi.ts';
import { FakeSocket } from '../../../support/fakeSocket.ts';
import { aChat, aWholeChat } from '../../../support/factories.ts';
import { settle } from '../../../support/settle.ts';

let api: FakeApi;
let socket: FakeSocket;
let chats: ChatList;
/** The chats on the server, newest first. */
let stored: ChatSummary[];

const hour = 3_600_000;
const hoursAgo = (hours: number): string => new Date(Date.now() - hours * hour).toISOString();
const listed = (): string[] => chats.groups.flatMap((group) => group.chats.map(({ id }) => id));

beforeEach(() => {
  stored = [
    aChat({ id: 'new', updatedAt: hoursAgo(1) }),
    aChat({ id: 'pinned', updatedAt: hoursAgo(2), pinned: true }),
    aChat({ id: 'old', updatedAt: hoursAgo(3) }),
  ];
  api = new FakeApi().on('GET /chats', ({ query }) => {
    const { pinned, query: words = '', cursor, limit } = query;
    const found = stored.filter(
      (chat) =>
        !chat.archived &&
        (pinned === undefined || String(chat.pinned) === pinned) &&
        chat.title.includes(words),
    );
    const start = cursor ? found.findIndex(({ id }) => id === cursor) + 1 : 0;
    const items = found.slice(start, start + Number(limit));
    return { items, nextCursor: start + items.length < found.length ? (items.at(-1)?.id ?? null) : null };
  });
  socket = new FakeSocket();
  chats = new ChatList(socket);
});

async function startList(): Promise<void> {
  chats.start();
  await settle();
}

describe('ChatList', () => {
  test('reports a failed read, and can read again', async () => {
    api.offline = true;
    await startList();
    expect(chats.error).toBeInstanceOf(Error);
    expect(chats.empty).toBe(false);
    api.offline = false;
    await chats.refresh();
    expect(chats.error).toBeNull();
    expect(listed()).toEqual(['new', 'old']);
  });

  test('reads pinned chats separately, and only once', async () => {
    await startList();
    chats.start();
    expect(chats.pinned.map(({ id }) => id)).toEqual(['pinned']);
    expect(listed()).toEqual(['new', 'old']);
    expect(api.requestsTo('GET /chats')).toHaveLength(2);
  });

  test('rolls a change back when the server refuses it', async () => {
    await startList();
    api.on('PATCH /chats/:id', () => {
      throw new Refusal(503, 'unavailable');
    });
    const changing = chats.change(stored[0]!, { pinned: true });
    expect(chats.pinned.map(({ id }) => id)).toEqual(['new', 'pinned']);
    await expect(changing).rejects.toThrow();
    expect(chats.pinned.map(({ id }) => id)).toEqual(['pinned']);
    expect(listed()).toEqual(['new', 'old']);
  });

  test('restores a chat that could not be deleted', async () => {
    await startList();
    api.on('DELETE /chats/:id', () => {
      throw new Refusal(503, 'unavailable');
    });
    const deleting = chats.remove(stored[2]!);
    expect(listed()).toEqual(['new']);
    await expect(deleting).rejects.toThrow();
    expect(listed()).toEqual(['new', 'old']);
  });

  test('moves a chat to the top when it was updated in another tab', async () => {
    await startList();
    socket.deliver('chat:updated', { chat: aWholeChat({ id: 'old', updatedAt: hoursAgo(0) }) });
    expect(listed()).toEqual(['old', 'new']);
  });

  test('moves a chat that another tab renamed, shared, pinned or archived to where it belongs', async () => {
    await startList();
    const old = { id: 'old', updatedAt: stored[2]!.updatedAt };
    socket.deliver('chat:updated', { chat: aWholeChat({ ...old, title: 'Renamed', shared: true }) });
    expect(chats.get('old')).toMatchObject({ title: 'Renamed', shared: true });
    expect(listed()).toEqual(['new', 'old']);
    socket.deliver('chat:updated', { chat: aWholeChat({ ...old, pinned: true }) });
    expect(chats.pinned.map(({ id }) => id)).toEqual(['pinned', 'old']);
    socket.deliver('chat:updated', { chat: aWholeChat({ ...old, archived: true }) });
    expect(chats.get('old')).toBeUndefined();
    socket.deliver('chat:updated', { chat: aWholeChat(old) });
    expect(listed()).toEqual(['new', 'old']);
  });

  test('removes a chat that another tab deleted', async () => {
    await startList();
    socket.deliver('chat:deleted', { chatId: 'pinned' });
    socket.deliver('chat:deleted', { chatId: 'new' });
    expect(chats.pinned).toEqual([]);
    expect(listed()).toEqual(['old']);
  });

  test('does not add a chat of a page that has not been loaded', async () => {
    stored = Array.from({ length: 70 }, (_, index) =>
      aChat({ id: `chat${index}`, updatedAt: hoursAgo(index) }),
    );
    await startList();
    socket.deliver('chat:updated', { chat: aWholeChat({ id: 'chat65', updatedAt: hoursAgo(65) }) });
    expect(listed()).toHaveLength(50);
    await chats.loadMore();
    expect(listed()).toEqual(stored.map(({ id }) => id));
  });

  test('reads again when the server asks for it and after a reconnect', async () => {
    await startList();
    stored.unshift(aChat({ id: 'imported', updatedAt: hoursAgo(0) }));
    socket.deliver('chats:changed', {});
    await settle();
    expect(listed()).toEqual(['imported', 'new', 'old']);
    stored.shift();
    socket.reconnect();
    await settle();
    expect(listed()).toEqual(['new', 'old']);
  });

  test('searches all chats on the server, and returns to the list when the query is cleared', async () => {
    stored[1] = { ...stored[1]!, title: 'About heat' };
    await startList();
    await chats.search(' heat ');
    expect(api.requestsTo('GET /chats').at(-1)?.query).toEqual({ query: 'heat', limit: '50' });
    expect(chats.results.map(({ id }) => id)).toEqual(['pinned']);
    await chats.search('');
    expect(chats.results).toEqual([]);
    expect(listed()).toEqual(['new', 'old']);
  });

  test('updates and removes search results too', async () => {
    await startList();
    await chats.search('A chat');
    socket.deliver('chat:updated', {
      chat: aWholeChat({ id: 'old', updatedAt: hoursAgo(3), title: 'A chat renamed' }),
    });
    socket.deliver('chat:deleted', { chatId: 'new' });
    expect(chats.results.map(({ title }) => title)).toEqual(['A chat', 'A chat renamed']);
  });
});
