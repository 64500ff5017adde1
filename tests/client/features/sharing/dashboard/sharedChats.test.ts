import type { SharedLink } from '#shared/sharing';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { SharedChats } from '../../../../../client/src/features/sharing/dashboard/sharedChats.svelte.ts';
import { FakeApi, Refusal } from '../../../support/fakeApi.ts';
import { FakeSocket } from '../../../support/fakeSocket.ts';
import { settle } from '../../../support/settle.ts';
import { aLink } from '../factories.ts';

let api: FakeApi;
let socket: FakeSocket;
let shared: SharedChats;
/** The links on the server, in the order it returns them. */
let stored: SharedLink[];
let revoked: SharedLink[];

const listed = (): string[] => shared.list.items.map(({ id }) => id);
const requests = (): string[] => api.received.map(({ route }) => route);
const link = (id: string): SharedLink => aLink({ id, chatId: `chat-${id}`, title: `On ${id}` });

beforeEach(async () => {
  stored = ['heat', 'magnets', 'light'].map(link);
  revoked = [];
  api = new FakeApi()
    .on('GET /shared-links', ({ query: { query = '', cursor, limit } }) => {
      const found = stored.filter(({ title }) => title.includes(query));
      const start = cursor ? found.findIndex(({ id }) => id === cursor) + 1 : 0;
      const items = found.slice(start, start + Number(limit));
      const hasMore = start + items.length < found.length;
      return { items, nextCursor: hasMore ? (items.at(-1)?.id ?? null) : null, total: found.length };
    })
    .on('POST /shared-links/revoke', ({ body }) => {
      const wanted = body as { ids?: string[] };
      revoked = stored.filter(({ id }) => !wanted.ids || wanted.ids.includes(id));
      stored = stored.filter((one) => !revoked.includes(one));
      return { revoked: revoked.length, ids: revoked.map(({ id }) => id) };
    })
    .on('POST /shared-links/restore', ({ body }) => {
      const { ids } = body as { ids: string[] };
      const restored = revoked.filter(({ id }) => ids.includes(id));
      stored = [...stored, ...restored];
      return { restored: restored.length };
    });
  socket = new FakeSocket();
  shared = new SharedChats(socket);
  await shared.list.load();
  api.received.length = 0;
});

describe('refusals', () => {
  test('a list that cannot be read reports it', async () => {
    api.offline = true;
    await shared.search('heat');
    expect(shared.list.error).toBeInstanceOf(Error);
  });

  test('links that cannot be revoked remain listed and selected', async () => {
    api.on('POST /shared-links/revoke', () => {
      throw new Refusal(429, 'rate_limited');
    });
    shared.select('heat', true);
    await expect(shared.unshare(['heat'])).rejects.toThrow();
    expect([listed(), [...shared.selected], shared.total]).toEqual([
      ['heat', 'magnets', 'light'],
      ['heat'],
      3,
    ]);
  });

  test('a refused restore rejects and does not change the list', async () => {
    const { restore } = await shared.unshare(['heat']);
    api.on('POST /shared-links/restore', () => {
      throw new Refusal(404, 'not_found');
    });
    await expect(restore()).rejects.toThrow();
    expect(listed()).toEqual(['magnets', 'light']);
  });

  test('nothing is requested after the dialog was closed', async () => {
    shared.stop();
    socket.deliver('chats:changed', {});
    await settle();
    expect(requests()).toEqual([]);
  });
});

describe('search and sort', () => {
  test('search and sort are sent together, also for the next page', async () => {
    stored = Array.from({ length: 120 }, (_, n) => link(`heat-${n}`));
    await shared.search(' heat ');
    await shared.sortBy('title');
    await shared.list.loadMore();
    expect(api.requestsTo('GET /shared-links').map(({ query }) => query)).toEqual([
      { limit: '50', query: 'heat', sort: 'updatedAt', order: 'desc' },
      { limit: '50', query: 'heat', sort: 'title', order: 'asc' },
      { limit: '50', query: 'heat', sort: 'title', order: 'asc', cursor: 'heat-49' },
    ]);
    expect(listed()).toHaveLength(100);
    expect(shared.total).toBe(120);
  });

  test('sorting by the same column again reverses the order', async () => {
    await shared.sortBy('title');
    await shared.sortBy('title');
    expect([shared.sort, shared.order]).toEqual(['title', 'desc']);
    await shared.sortBy('updatedAt');
    expect([shared.sort, shared.order]).toEqual(['updatedAt', 'desc']);
  });

  test('search and sort clear the selection, which holds listed rows only', async () => {
    shared.selectAll(true);
    await shared.search('heat');
    expect(shared.selected.size).toBe(0);
    shared.selectAll(true);
    await shared.sortBy('title');
    expect(shared.selected.size).toBe(0);
  });
});

describe('selection', () => {
  test('the selection counts as complete when every listed row is selected', () => {
    shared.select('heat', true);
    expect(shared.allSelected).toBe(false);
    shared.selectAll(true);
    expect([shared.allSelected, shared.selected.size]).toEqual([true, 3]);
    shared.selectAll(false);
    expect(shared.selected.size).toBe(0);
  });

  test('the selection of an empty list is never complete', async () => {
    await shared.search('nothing');
    expect(shared.allSelected).toBe(false);
  });

  test('the selection loses a chat that was deleted in another tab', () => {
    shared.selectAll(true);
    socket.deliver('chat:deleted', { chatId: 'chat-heat' });
    socket.deliver('chat:deleted', { chatId: 'chat-unknown' });
    expect([listed(), [...shared.selected], shared.total]).toEqual([
      ['magnets', 'light'],
      ['magnets', 'light'],
      2,
    ]);
  });
});

describe('unsharing', () => {
  test('unsharing one link removes its row in one request, and undo brings it back', async () => {
    const { count, restore } = await shared.unshare(['magnets']);
    expect([count, listed(), shared.total]).toEqual([1, ['heat', 'light'], 2]);
    expect(requests()).toEqual(['POST /shared-links/revoke']);
    expect(await restore()).toBe(1);
    expect([listed().toSorted(), shared.total]).toEqual([['heat', 'light', 'magnets'], 3]);
  });

  test('unsharing the selected links clears their selection', async () => {
    shared.select('heat', true);
    shared.select('light', true);
    const { count, restore } = await shared.unshare([...shared.selected]);
    expect([count, listed(), shared.selected.size]).toEqual([2, ['magnets'], 0]);
    expect(await restore()).toBe(2);
  });

  test('unsharing all links sends no ids, and undo restores them in batches the server accepts', async () => {
    stored = Array.from({ length: 1_100 }, (_, n) => link(`link-${n}`));
    const { count, restore } = await shared.unshare('all');
    expect(api.requestsTo('POST /shared-links/revoke')[0]?.body).toEqual({ all: true });
    expect(count).toBe(1_100);
    expect(await restore()).toBe(1_100);
    const batches = api
      .requestsTo('POST /shared-links/restore')
      .map(({ body }) => (body as { ids: string[] }).ids);
    expect(batches.map((ids) => ids.length)).toEqual([500, 500, 100]);
    expect(shared.total).toBe(1_100);
  });

  test('unsharing every listed row loads the rows of the next page', async () => {
    stored = Array.from({ length: 60 }, (_, n) => link(`link-${n}`));
    await shared.list.load();
    shared.selectAll(true);
    await shared.unshare([...shared.selected]);
    expect(listed()).toHaveLength(10);
    expect(shared.total).toBe(10);
  });

  test('undo returns how many links it restored when some can no longer be restored', async () => {
    const { restore } = await shared.unshare('all');
    revoked = revoked.slice(0, 1);
    expect(await restore()).toBe(1);
  });
});

test('many changes in another tab read the list again', async () => {
  stored = [link('new'), ...stored];
  socket.deliver('chats:changed', {});
  await settle();
  expect(listed()).toEqual(['new', 'heat', 'magnets', 'light']);
});
