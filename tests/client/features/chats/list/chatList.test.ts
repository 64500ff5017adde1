import type { ChatSummary } from '#shared/chats';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { ChatList } from '../../../../../client/src/features/chats/list/chatList.svelte.ts';
import { FakeApi, Refusal } from '../../../support/fakeApi.ts';
import { FakeSocket } from '../../../support/fakeSocket.ts';
import { aChat, aWholeChat } from '../../../support/factories.ts';

let api: FakeApi;
let socket: FakeSocket;
let chats: ChatList;
/** What the server has, newest first. */
let stored: ChatSummary[];

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
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

async function started(): Promise<void> {
  chats.start();
  await settled();
}

describe('the list of chats', () => {
  test('tells that it could not be read, and can be read again', async () => {
    api.offline = true;
    await started();
    expect(chats.error).toBeInstanceOf(Error);
    expect(chats.empty).toBe(false);
    api.offline = false;
    await chats.refresh();
    expect(chats.error).toBeNull();
    expect(listed()).toEqual(['new', 'old']);
  });

  test('reads the pinned ones apart from the others, and only once', async () => {
    await started();
    chats.start();
    expect(chats.pinned.map(({ id }) => id)).toEqual(['pinned']);
    expect(listed()).toEqual(['new', 'old']);
    expect(api.to('GET /chats')).toHaveLength(2);
  });

  test('takes a change back when the server refuses it', async () => {
    await started();
    api.on('PATCH /chats/:id', () => {
      throw new Refusal(503, 'unavailable');
    });
    const changing = chats.change(stored[0]!, { pinned: true });
    expect(chats.pinned.map(({ id }) => id)).toEqual(['new', 'pinned']);
    await expect(changing).rejects.toThrow();
    expect(chats.pinned.map(({ id }) => id)).toEqual(['pinned']);
    expect(listed()).toEqual(['new', 'old']);
  });

  test('brings a chat back that could not be deleted', async () => {
    await started();
    api.on('DELETE /chats/:id', () => {
      throw new Refusal(503, 'unavailable');
    });
    const deleting = chats.remove(stored[2]!);
    expect(listed()).toEqual(['new']);
    await expect(deleting).rejects.toThrow();
    expect(listed()).toEqual(['new', 'old']);
  });

  test('moves a chat to the top when another tab wrote in it', async () => {
    await started();
    socket.deliver('chat:updated', { chat: aWholeChat({ id: 'old', updatedAt: hoursAgo(0) }) });
    expect(listed()).toEqual(['old', 'new']);
  });

  test('puts a chat that another tab renamed, shared, pinned or archived in its place', async () => {
    await started();
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

  test('forgets a chat that another tab deleted', async () => {
    await started();
    socket.deliver('chat:deleted', { chatId: 'pinned' });
    socket.deliver('chat:deleted', { chatId: 'new' });
    expect(chats.pinned).toEqual([]);
    expect(listed()).toEqual(['old']);
  });

  test('leaves a chat to the page it is on while that has not been read', async () => {
    stored = Array.from({ length: 70 }, (_, at) => aChat({ id: `chat${at}`, updatedAt: hoursAgo(at) }));
    await started();
    socket.deliver('chat:updated', { chat: aWholeChat({ id: 'chat65', updatedAt: hoursAgo(65) }) });
    expect(listed()).toHaveLength(50);
    await chats.loadMore();
    expect(listed()).toEqual(stored.map(({ id }) => id));
  });

  test('reads what it shows again when much has changed or news may have been missed', async () => {
    await started();
    stored.unshift(aChat({ id: 'imported', updatedAt: hoursAgo(0) }));
    socket.deliver('chats:changed', {});
    await settled();
    expect(listed()).toEqual(['imported', 'new', 'old']);
    stored.shift();
    socket.reconnect();
    await settled();
    expect(listed()).toEqual(['new', 'old']);
  });

  test('searches on the server, among all chats, and comes back to the list', async () => {
    stored[1] = { ...stored[1]!, title: 'About heat' };
    await started();
    await chats.search(' heat ');
    expect(api.to('GET /chats').at(-1)?.query).toEqual({ query: 'heat', limit: '50' });
    expect(chats.found.map(({ id }) => id)).toEqual(['pinned']);
    await chats.search('');
    expect(chats.found).toEqual([]);
    expect(listed()).toEqual(['new', 'old']);
  });

  test('changes and removes what was found, too', async () => {
    await started();
    await chats.search('A chat');
    socket.deliver('chat:updated', {
      chat: aWholeChat({ id: 'old', updatedAt: hoursAgo(3), title: 'A chat renamed' }),
    });
    socket.deliver('chat:deleted', { chatId: 'new' });
    expect(chats.found.map(({ title }) => title)).toEqual(['A chat', 'A chat renamed']);
  });
});
