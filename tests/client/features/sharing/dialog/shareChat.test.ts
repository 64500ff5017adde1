import type { ChatSummary } from '#shared/chats';
import type { SharedLink, ShareState } from '#shared/sharing';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { ShareChat } from '../../../../../client/src/features/sharing/dialog/shareChat.svelte.ts';
import { aWholeChat, deferred } from '../../../support/factories.ts';
import { FakeApi, Refusal } from '../../../support/fakeApi.ts';
import { FakeSocket } from '../../../support/fakeSocket.ts';
import { settle } from '../../../support/settle.ts';
import { aLink, aSharedState, aShareState } from '../factories.ts';

let api: FakeApi;
let socket: FakeSocket;

beforeEach(() => {
  api = new FakeApi();
  socket = new FakeSocket();
});

const requests = (): string[] => api.received.map(({ route }) => route);

/** Sends the `chat:updated` event of a chat at a version. */
const announce = (version: number, chat: Partial<ChatSummary> = {}): void =>
  socket.deliver('chat:updated', { chat: { ...aWholeChat(chat), version } });

/** Opens the dialog's state with what the server returns, and forgets the request that took. */
async function opened(state: ShareState): Promise<ShareChat> {
  api.on('GET /chats/:id/share', () => state);
  const share = new ShareChat('chat', socket);
  await share.load();
  api.received.length = 0;
  return share;
}

describe('refusals', () => {
  test('a failed read is reported, and a later read clears it', async () => {
    api.offline = true;
    const share = new ShareChat('chat', socket);
    await share.load();
    expect(share.error).toBeInstanceOf(Error);
    expect(share.loaded).toBe(true);
    api.offline = false;
    api.on('GET /chats/:id/share', () => aSharedState());
    await share.load();
    expect([share.error, share.link?.id]).toEqual([null, 'link']);
  });

  test('a chat that cannot be published shows the reason instead of a preview', async () => {
    const refusal = { code: 'streaming', message: 'An answer is still being written.' };
    const share = await opened(aShareState({ preview: null, refusal }));
    expect([share.preview, share.refusal, share.error]).toEqual([null, refusal, null]);
  });

  test('a refused publication creates no link', async () => {
    const share = await opened(aShareState());
    api.on('PUT /chats/:id/share', () => {
      throw new Refusal(409, 'streaming', 'An answer is still being written.');
    });
    await expect(share.publish()).rejects.toThrow('still being written');
    expect([share.link, share.preview?.title]).toEqual([null, 'A chat']);
  });

  test('a refused option change is withdrawn, and a change after it is kept', async () => {
    const share = await opened(aSharedState());
    const refused = deferred<SharedLink>();
    api.on('PATCH /shared-links/:id', ({ body }) =>
      (body as { showAuthor?: boolean }).showAuthor === false ? refused.promise : aLink({ title: 'Renamed' }),
    );
    const first = share.updateOptions({ showAuthor: false });
    const second = share.updateOptions({ title: 'Renamed' });
    expect(share.options).toMatchObject({ showAuthor: false, title: 'Renamed' });
    refused.reject(new Refusal(422, 'refused'));
    await expect(first).rejects.toThrow();
    await second;
    expect(share.options).toMatchObject({ showAuthor: true, title: 'Renamed' });
    expect(api.received.map(({ body }) => body)).toEqual([{ showAuthor: false }, { title: 'Renamed' }]);
  });

  test('a refused revocation keeps the link', async () => {
    const share = await opened(aSharedState());
    api.on('DELETE /shared-links/:id', () => {
      throw new Refusal(404, 'not_found');
    });
    await expect(share.revoke()).rejects.toThrow();
    expect(share.link?.id).toBe('link');
  });

  test('a refused restore leaves the chat without a link', async () => {
    const share = await opened(aSharedState());
    api
      .on('DELETE /shared-links/:id', () => undefined as never)
      .on('POST /shared-links/:id/restore', () => {
        throw new Refusal(404, 'not_found');
      });
    const restore = await share.revoke();
    await expect(restore()).rejects.toThrow();
    expect(share.link).toBeNull();
  });

  test('nothing is requested after the dialog was closed', async () => {
    const share = await opened(aSharedState());
    share.stop();
    announce(2, { shared: true });
    await settle();
    expect(requests()).toEqual([]);
  });

  test('a response that arrives after the dialog was closed is ignored', async () => {
    const response = deferred<ShareState>();
    api.on('GET /chats/:id/share', () => response.promise);
    const share = new ShareChat('chat', socket);
    const loading = share.load();
    share.stop();
    response.resolve(aSharedState());
    await loading;
    expect([share.link, share.loaded]).toEqual([null, false]);
  });
});

describe('reading', () => {
  test('opening takes one request, which also brings the preview', async () => {
    api.on('GET /chats/:id/share', () => aSharedState({ upToDate: false, newMessages: 4 }));
    const share = new ShareChat('chat', socket);
    await share.load();
    expect(requests()).toEqual(['GET /chats/:id/share']);
    expect([share.upToDate, share.newMessages, share.preview?.messages.length]).toEqual([false, 4, 2]);
  });

  test('only the latest of two reads counts, regardless of which response arrives last', async () => {
    const [early, late] = [deferred<ShareState>(), deferred<ShareState>()];
    const responses = [early, late];
    api.on('GET /chats/:id/share', () => responses.shift()!.promise);
    const share = new ShareChat('chat', socket);
    const loads = [share.load(), share.load()];
    late.resolve(aSharedState());
    await loads[1];
    early.resolve(aShareState());
    await loads[0];
    expect(share.link?.id).toBe('link');
  });

  test('a new chat version is read once', async () => {
    const share = await opened(aSharedState());
    api.on('GET /chats/:id/share', () => aSharedState({ chatVersion: 2, upToDate: false, newMessages: 2 }));
    announce(2, { shared: true });
    await settle();
    expect(requests()).toEqual(['GET /chats/:id/share']);
    expect([share.upToDate, share.newMessages]).toEqual([false, 2]);
  });

  test('a link that another tab revoked or created is read', async () => {
    const share = await opened(aSharedState());
    api.on('GET /chats/:id/share', () => aShareState());
    announce(1, { shared: false });
    await settle();
    expect(share.link).toBeNull();
    api.on('GET /chats/:id/share', () => aSharedState({ link: aLink({ id: 'other' }) }));
    announce(1, { shared: true });
    await settle();
    expect(share.link?.id).toBe('other');
    expect(requests()).toHaveLength(2);
  });

  test('events about another chat, an older version or no change cause no request', async () => {
    await opened(aSharedState({ chatVersion: 5 }));
    announce(9, { id: 'another', shared: true });
    announce(4, { shared: false });
    announce(5, { shared: true, pinned: true });
    await settle();
    expect(requests()).toEqual([]);
  });

  test('a renamed chat renames the preview without a request while there is no link', async () => {
    const share = await opened(aShareState());
    announce(1, { title: 'Renamed' });
    await settle();
    expect(requests()).toEqual([]);
    expect(share.title).toBe('Renamed');
  });
});

describe('publishing', () => {
  test('publishing takes one request, with the options chosen before', async () => {
    const share = await opened(aShareState());
    api.on('PUT /chats/:id/share', () => aLink({ showAuthor: false }));
    await share.updateOptions({ showAuthor: false });
    expect(requests()).toEqual([]);
    await share.publish();
    expect(api.received).toMatchObject([
      {
        route: 'PUT /chats/:id/share',
        body: { showAuthor: false, audience: { kind: 'instance' }, expiresAt: null },
      },
    ]);
    expect([share.link?.id, share.upToDate, share.newMessages]).toEqual(['link', true, 0]);
    expect(share.preview?.messages).toHaveLength(2);
  });

  test.each(['before', 'after'])(
    'publishing ignores its own event that arrives %s the response',
    async (when) => {
      const share = await opened(aShareState());
      const response = deferred<SharedLink>();
      api.on('PUT /chats/:id/share', () => response.promise);
      const publishing = share.publish();
      if (when === 'before') announce(1, { shared: true });
      response.resolve(aLink());
      await publishing;
      if (when === 'after') announce(1, { shared: true });
      await settle();
      expect(requests()).toEqual(['PUT /chats/:id/share']);
    },
  );

  test('publishing updates the snapshot of an existing link in one request', async () => {
    const share = await opened(
      aSharedState({ chatVersion: 3, link: aLink({ upToDate: false }), upToDate: false, newMessages: 2 }),
    );
    api.on('PUT /chats/:id/share', () => aLink({ version: 2, chatVersion: 3 }));
    await share.publish();
    expect(api.received).toMatchObject([{ route: 'PUT /chats/:id/share', body: {} }]);
    expect([share.upToDate, share.newMessages]).toEqual([true, 0]);
  });

  test('publishing reads the preview again when the chat changed after it was read', async () => {
    const share = await opened(aShareState());
    api
      .on('PUT /chats/:id/share', () => aLink({ chatVersion: 2 }))
      .on('GET /chats/:id/share', () => aSharedState({ chatVersion: 2 }));
    await share.publish();
    announce(2, { shared: true });
    await settle();
    expect(requests()).toEqual(['PUT /chats/:id/share', 'GET /chats/:id/share']);
  });

  test('publishing repeats a read that was in progress, which may describe the state before', async () => {
    const share = await opened(aShareState());
    const early = deferred<ShareState>();
    const responses = [early.promise, Promise.resolve(aSharedState({ chatVersion: 2 }))];
    api
      .on('GET /chats/:id/share', () => responses.shift()!)
      .on('PUT /chats/:id/share', () => aLink({ chatVersion: 2 }));
    announce(2);
    await share.publish();
    early.resolve(aShareState({ chatVersion: 2 }));
    await settle();
    expect(share.link?.id).toBe('link');
    expect(requests()).toEqual(['GET /chats/:id/share', 'PUT /chats/:id/share', 'GET /chats/:id/share']);
  });
});

describe('reasoning', () => {
  test('a choice reads the preview with it, and is stored by publishing only', async () => {
    const share = await opened(aSharedState({ hasReasoning: true }));
    api.on('GET /chats/:id/share', () => aSharedState({ hasReasoning: true, upToDate: false }));
    await share.setIncludeReasoning(true);
    expect(api.received).toMatchObject([
      { route: 'GET /chats/:id/share', query: { includeReasoning: 'true' } },
    ]);
    expect([share.options.includeReasoning, share.upToDate]).toEqual([true, false]);
    api.on('PUT /chats/:id/share', () => aLink({ includeReasoning: true }));
    await share.publish();
    expect(api.requestsTo('PUT /chats/:id/share').map(({ body }) => body)).toEqual([
      { includeReasoning: true },
    ]);
    expect(api.requestsTo('PATCH /shared-links/:id')).toEqual([]);
    expect([share.options.includeReasoning, share.upToDate]).toEqual([true, true]);
  });

  test('a choice made before there is a link is sent with the request that creates it', async () => {
    const share = await opened(aShareState({ hasReasoning: true }));
    await share.setIncludeReasoning(true);
    api.on('PUT /chats/:id/share', () => aLink({ includeReasoning: true }));
    await share.publish();
    expect(api.requestsTo('PUT /chats/:id/share')[0]?.body).toMatchObject({ includeReasoning: true });
  });
});

describe('option changes', () => {
  test('an option change shows at once, takes one request and keeps the snapshot state', async () => {
    const share = await opened(aSharedState({ upToDate: false, newMessages: 3 }));
    const response = deferred<SharedLink>();
    api.on('PATCH /shared-links/:id', () => response.promise);
    const changing = share.updateOptions({ expiresAt: '2030-01-01T00:00:00.000Z' });
    expect(share.options.expiresAt).toBe('2030-01-01T00:00:00.000Z');
    response.resolve(aLink({ expiresAt: '2030-01-01T00:00:00.000Z' }));
    await changing;
    expect(api.received).toMatchObject([
      { route: 'PATCH /shared-links/:id', body: { expiresAt: '2030-01-01T00:00:00.000Z' } },
    ]);
    expect([share.upToDate, share.newMessages]).toEqual([false, 3]);
  });

  test('option changes are sent one after the other', async () => {
    const share = await opened(aSharedState());
    const first = deferred<SharedLink>();
    const responses = [first.promise, Promise.resolve(aLink({ title: 'Second' }))];
    api.on('PATCH /shared-links/:id', () => responses.shift()!);
    const changes = [share.updateOptions({ title: 'First' }), share.updateOptions({ title: 'Second' })];
    await settle();
    expect(requests()).toHaveLength(1);
    first.resolve(aLink({ title: 'First' }));
    await Promise.all(changes);
    expect(share.title).toBe('Second');
    expect(requests()).toHaveLength(2);
  });
});

describe('revoking', () => {
  beforeEach(() => {
    api
      .on('DELETE /shared-links/:id', () => undefined as never)
      .on('POST /shared-links/:id/restore', () => aLink({ upToDate: false }));
  });
  const staleState = () => aSharedState({ upToDate: false, newMessages: 2 });

  test('revoking takes one request, ignores its own event and keeps audience and anonymity for the next link', async () => {
    const audience = { kind: 'restricted' as const, userIds: ['grace'], groupIds: [] };
    const share = await opened(aSharedState({ link: aLink({ audience, showAuthor: false }) }));
    const revoking = share.revoke();
    announce(1, { shared: false });
    await revoking;
    announce(1, { shared: false });
    await settle();
    expect(requests()).toEqual(['DELETE /shared-links/:id']);
    expect([share.link, share.options]).toEqual([
      null,
      { title: null, showAuthor: false, includeReasoning: false, audience, expiresAt: null },
    ]);
  });

  test('revoking can be undone in one request, with the same link and the same count of new messages', async () => {
    const share = await opened(staleState());
    const restore = await share.revoke();
    announce(1, { shared: false });
    api.received.length = 0;
    expect(await restore()).toBe(1);
    announce(1, { shared: true });
    await settle();
    expect(requests()).toEqual(['POST /shared-links/:id/restore']);
    expect([share.link?.id, share.upToDate, share.newMessages]).toEqual(['link', false, 2]);
  });

  test('revoking reads the state again on undo when the chat changed in between', async () => {
    const share = await opened(staleState());
    const restore = await share.revoke();
    api.on('GET /chats/:id/share', () => aShareState({ chatVersion: 2 }));
    announce(2, { shared: false });
    await settle();
    api.on('GET /chats/:id/share', () => aSharedState({ chatVersion: 2, upToDate: false, newMessages: 4 }));
    await restore();
    await settle();
    expect(share.newMessages).toBe(4);
  });
});
