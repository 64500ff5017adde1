import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import type { SharedLink } from '#shared/sharing';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { Conversations } from '../../support/conversation.ts';
import type { Person, TestSocket } from '../../support/person.ts';

describe('a shared page that is open', () => {
  let app: TestApp;
  let admin: Person;
  let ann: Person;
  let bob: Person;
  let conversations: Conversations;
  const opened: TestSocket[] = [];
  beforeAll(async () => {
    app = await createTestApp({ env: { DEFAULT_USER_ROLE: 'user' } });
    admin = await app.person('Admin');
    ann = await app.person('Ann');
    bob = await app.person('Bob');
    conversations = new Conversations(app.platform);
  });
  afterAll(async () => {
    opened.forEach((socket) => socket.close());
    await app.end();
  });

  const share = async (who: Person, options: object = {}) => {
    const chatId = await conversations.begin(who.user.id);
    return (await who.put(`/chats/${chatId}/share`, options).expect(201)).body as SharedLink;
  };
  const connect = async (who: Person) => {
    const socket = await who.connect();
    opened.push(socket);
    return socket;
  };
  const watching = async (who: Person, ...ids: string[]) => {
    const socket = await connect(who);
    for (const id of ids) expect(await socket.ask('share:watch', { id })).toMatchObject({ ok: true });
    return socket;
  };
  const goneFrom = (socket: TestSocket, id: string) =>
    socket.hears('share:revoked', (gone) => gone.id === id);
  /** An event sent after all others, so that what was not heard by then was not sent. */
  const settle = async (socket: TestSocket) => {
    await socket.ask('share:unwatch', { id: 'nothing' });
  };

  describe('cannot be followed', () => {
    test('when the link is not for the one who asks: revoked, restricted and invented ones alike', async () => {
      const gone = await share(ann);
      await ann.delete(`/shared-links/${gone.id}`).expect(204);
      const restricted = await share(ann, { audience: { kind: 'restricted', userIds: [] } });
      for (const who of [bob, admin]) {
        const socket = await connect(who);
        const missing = await socket.ask('share:watch', { id: 'A'.repeat(32) });
        expect(missing).toMatchObject({ ok: false, error: { code: 'not_found' } });
        for (const { id } of [gone, restricted]) {
          expect(await socket.ask('share:watch', { id })).toEqual(missing);
        }
        await ann
          .patch(`/shared-links/${restricted.id}`, { title: `For nobody ${who.user.name}` })
          .expect(200);
        await settle(socket);
        expect(socket.heard).toEqual([]);
      }
    });

    test('by what is no share id', async () => {
      const socket = await connect(bob);
      const answer = await socket.ask('share:watch', { id: '../etc' });
      expect(answer).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
    });

    test('by who tries many ids, or too many links at once', async () => {
      const socket = await connect(bob);
      const codes: string[] = [];
      for (let i = 0; i < 61; i++) {
        const answer = await socket.ask('share:watch', { id: `guess${i}` });
        codes.push(answer.ok ? 'ok' : answer.error.code);
      }
      expect(codes.slice(0, 60).every((code) => code === 'not_found')).toBe(true);
      expect(codes[60]).toBe('rate_limited');
      const links = await Promise.all(Array.from({ length: 21 }, () => share(ann)));
      const other = await watching(bob, ...links.slice(0, 20).map(({ id }) => id));
      expect(await other.ask('share:watch', { id: links[20]!.id })).toMatchObject({
        ok: false,
        error: { code: 'rate_limited' },
      });
      await other.ask('share:unwatch', { id: links[0]!.id });
      expect(await other.ask('share:watch', { id: links[20]!.id })).toMatchObject({ ok: true });
    });
  });

  describe('goes at once', () => {
    const causes: [string, (link: SharedLink) => Promise<unknown>][] = [
      ['its link is deleted', (link) => ann.delete(`/shared-links/${link.id}`).expect(204)],
      ['the chat is unshared', (link) => ann.delete(`/chats/${link.chatId}/share`).expect(204)],
      [
        'its link is revoked among others',
        (link) => ann.post('/shared-links/revoke', { ids: [link.id] }).expect(200),
      ],
      ['all links are revoked', () => ann.post('/shared-links/revoke', { all: true }).expect(200)],
      ['the chat is deleted', (link) => ann.delete(`/chats/${link.chatId}`).expect(204)],
      [
        'only others may read it from now on',
        (link) =>
          ann
            .patch(`/shared-links/${link.id}`, { audience: { kind: 'restricted', userIds: [admin.user.id] } })
            .expect(200),
      ],
      [
        'the link is refreshed for others alone',
        (link) =>
          ann
            .put(`/chats/${link.chatId}/share`, { audience: { kind: 'restricted', userIds: [] } })
            .expect(200),
      ],
      [
        'it expires',
        async (link) => {
          const expiresAt = new Date(app.platform.now() + 60_000).toISOString();
          await ann.patch(`/shared-links/${link.id}`, { expiresAt }).expect(200);
          app.advance(60_001);
        },
      ],
      [
        'it is paused, and somebody looks',
        async (link) => {
          const { store, signals } = app.platform;
          const { sharedLinks } = store.t;
          await store.db.update(sharedLinks).set({ pausedReason: 'x' }).where(eq(sharedLinks.id, link.id));
          signals.emit('settings:changed', { keys: [] });
        },
      ],
    ];
    test.each(causes)('when %s', async (_cause, happen) => {
      const link = await share(ann);
      const others = await share(bob);
      const socket = await watching(bob, link.id, others.id);
      const second = await watching(bob, link.id);
      await happen(link);
      await goneFrom(socket, link.id);
      await goneFrom(second, link.id);
      await bob.get(`/shared/${link.id}`).expect(404);
      await settle(socket);
      expect(socket.all('share:revoked')).toEqual([{ id: link.id }]);
      expect(socket.all('share:updated')).toEqual([]);
      expect(await socket.ask('share:watch', { id: link.id })).toMatchObject({ ok: false });
    });

    test.each([
      ['is deactivated', { active: false }],
      ['waits for approval again', { role: 'pending' }],
    ])('when its owner %s', async (_what, change) => {
      const owner = await app.person(`Owner${Object.keys(change)[0]}`);
      const link = await share(owner);
      const socket = await watching(bob, link.id);
      await admin.patch(`/admin/users/${owner.user.id}`, change).expect(200);
      await goneFrom(socket, link.id);
    });

    test.each([
      ['is deactivated', { active: false }],
      ['waits for approval again', { role: 'pending' }],
    ])('with the whole session when its reader %s', async (_what, change) => {
      const reader = await app.person(`Reader${Object.keys(change)[0]}`);
      const link = await share(ann);
      const socket = await watching(reader, link.id);
      await admin.patch(`/admin/users/${reader.user.id}`, change).expect(200);
      await socket.isClosed();
    });
  });

  test('stays with those who may still read it, and only they hear that it changed', async () => {
    const link = await share(ann);
    const [toAdmin, toBob, toAnn] = [
      await watching(admin, link.id),
      await watching(bob, link.id),
      await watching(ann, link.id),
    ];
    const audience = { kind: 'restricted', userIds: [admin.user.id] };
    await ann.patch(`/shared-links/${link.id}`, { audience }).expect(200);
    await goneFrom(toBob, link.id);
    await ann.patch(`/shared-links/${link.id}`, { title: 'For the admin' }).expect(200);
    for (const socket of [toAdmin, toAnn]) {
      expect(await socket.hears('share:updated')).toEqual({ id: link.id, version: 1 });
      expect(socket.heard.filter(({ name }) => name.startsWith('share:'))).toHaveLength(1);
    }
    await conversations.say(link.chatId, {}, {});
    await ann.put(`/chats/${link.chatId}/share`).expect(200);
    expect(await toAdmin.hears('share:updated', ({ version }) => version === 2)).toEqual({
      id: link.id,
      version: 2,
    });
    await settle(toBob);
    expect(toBob.all('share:updated')).toEqual([]);
  });

  test('hears nothing of what its readers cannot see, nor of what is done to the chat', async () => {
    const link = await share(ann);
    const socket = await watching(bob, link.id);
    await ann.put(`/chats/${link.chatId}/share`).expect(200);
    const expiresAt = new Date(app.platform.now() + 3_600_000).toISOString();
    await ann.patch(`/shared-links/${link.id}`, { expiresAt }).expect(200);
    await ann.patch(`/shared-links/${link.id}`, {}).expect(200);
    await ann.patch(`/chats/${link.chatId}`, { title: 'Renamed', archived: true }).expect(200);
    await conversations.say(link.chatId, {}, {});
    await admin.patch('/admin/settings', { communitySharing: true }).expect(200);
    await socket.hears('config:changed');
    await settle(socket);
    expect(socket.heard.map(({ name }) => name)).toEqual(['config:changed']);
  });

  test('hears nothing any more once it is closed', async () => {
    const link = await share(ann);
    const socket = await watching(bob, link.id);
    await socket.ask('share:unwatch', { id: link.id });
    await ann.delete(`/shared-links/${link.id}`).expect(204);
    await settle(socket);
    expect(socket.heard).toEqual([]);
  });

  test('can be followed again after the link was restored', async () => {
    const link = await share(ann);
    const socket = await watching(bob, link.id);
    await ann.delete(`/shared-links/${link.id}`).expect(204);
    await goneFrom(socket, link.id);
    await ann.post(`/shared-links/${link.id}/restore`).expect(200);
    expect(await socket.ask('share:watch', { id: link.id })).toMatchObject({ ok: true });
    await ann.patch(`/shared-links/${link.id}`, { title: 'Back' }).expect(200);
    await socket.hears('share:updated');
  });

  test('an expiry is noted once, and again when the link was given more time', async () => {
    const link = await share(ann);
    const { store } = app.platform;
    const notes = async () => {
      const log = await store.db
        .select()
        .from(store.t.auditLog)
        .where(eq(store.t.auditLog.targetId, link.id));
      return log.filter(({ action }) => action === 'shared_link.expired');
    };
    for (const times of [1, 2]) {
      const expiresAt = new Date(app.platform.now() + 60_000).toISOString();
      await ann.patch(`/shared-links/${link.id}`, { expiresAt }).expect(200);
      const socket = await watching(bob, link.id);
      app.advance(60_001);
      await goneFrom(socket, link.id);
      const noted = await notes();
      expect(noted).toHaveLength(times);
      expect(noted[0]).toMatchObject({ actorId: null, targetType: 'shared_link', details: {} });
    }
  });

  test('a link that is revoked while someone comes in is never followed', async () => {
    for (let i = 0; i < 10; i++) {
      const link = await share(ann);
      const socket = await connect(bob);
      const [answer] = await Promise.all([
        socket.ask('share:watch', { id: link.id }),
        ann.delete(`/shared-links/${link.id}`).expect(204),
      ]);
      if (answer.ok) await goneFrom(socket, link.id);
      else expect(answer.error.code).toBe('not_found');
      socket.close();
    }
  });
});
