import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import type { SharedLink } from '#shared/sharing';
import type { TestApp } from '../../support/app.ts';
import type { Conversations } from '../../support/conversation.ts';
import type { Person, TestSocket } from '../../support/person.ts';
import { createSharingFixture, type SharingFixture } from '../../support/sharingFixture.ts';

describe('an open shared page', () => {
  let app: TestApp;
  let admin: Person;
  let ann: Person;
  let bob: Person;
  let conversations: Conversations;
  let share: SharingFixture['share'];
  let auditEntries: SharingFixture['auditEntries'];
  const sockets: TestSocket[] = [];
  beforeAll(async () => {
    ({ app, admin, ann, bob, conversations, share, auditEntries } = await createSharingFixture());
  });
  afterAll(async () => {
    sockets.forEach((socket) => socket.close());
    await app.end();
  });

  const connect = async (person: Person) => {
    const socket = await person.connect();
    sockets.push(socket);
    return socket;
  };
  const watch = async (person: Person, ...ids: string[]) => {
    const socket = await connect(person);
    for (const id of ids) expect(await socket.request('share:watch', { id })).toMatchObject({ ok: true });
    return socket;
  };
  const revokedEvent = (socket: TestSocket, id: string) =>
    socket.waitFor('share:revoked', (event) => event.id === id);
  /** A request whose reply comes after all earlier events, so that an event not received by then was not sent. */
  const settle = async (socket: TestSocket) => {
    await socket.request('share:unwatch', { id: 'nothing' });
  };

  describe('refusals', () => {
    test('watching a revoked, restricted or invented link gets the same refusal', async () => {
      const revoked = await share(ann);
      await ann.delete(`/shared-links/${revoked.id}`).expect(204);
      const restricted = await share(ann, { audience: { kind: 'restricted', userIds: [] } });
      for (const person of [bob, admin]) {
        const socket = await connect(person);
        const missing = await socket.request('share:watch', { id: 'A'.repeat(32) });
        expect(missing).toMatchObject({ ok: false, error: { code: 'not_found' } });
        for (const { id } of [revoked, restricted]) {
          expect(await socket.request('share:watch', { id })).toEqual(missing);
        }
        await ann
          .patch(`/shared-links/${restricted.id}`, { title: `Restricted for ${person.user.name}` })
          .expect(200);
        await settle(socket);
        // Admins are told at once how many people wait for approval.
        expect(socket.received.filter(({ name }) => name !== 'users:pending')).toEqual([]);
      }
    });

    test('a malformed share id is refused', async () => {
      const socket = await connect(bob);
      const reply = await socket.request('share:watch', { id: '../etc' });
      expect(reply).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
    });

    test('a socket can watch twenty links at once', async () => {
      const links = await Promise.all(Array.from({ length: 21 }, () => share(ann)));
      const other = await watch(bob, ...links.slice(0, 20).map(({ id }) => id));
      expect(await other.request('share:watch', { id: links[20]!.id })).toMatchObject({
        ok: false,
        error: { code: 'rate_limited' },
      });
      await other.request('share:unwatch', { id: links[0]!.id });
      expect(await other.request('share:watch', { id: links[20]!.id })).toMatchObject({ ok: true });
    });
  });

  describe('eviction', () => {
    const causes: [string, (link: SharedLink) => Promise<unknown>][] = [
      ['the link is deleted', (link) => ann.delete(`/shared-links/${link.id}`).expect(204)],
      ['the chat is unshared', (link) => ann.delete(`/chats/${link.chatId}/share`).expect(204)],
      [
        'the link is revoked with others',
        (link) => ann.post('/shared-links/revoke', { ids: [link.id] }).expect(200),
      ],
      ['all links are revoked', () => ann.post('/shared-links/revoke', { all: true }).expect(200)],
      ['the chat is deleted', (link) => ann.delete(`/chats/${link.chatId}`).expect(204)],
      [
        'the viewer is removed from the audience',
        (link) =>
          ann
            .patch(`/shared-links/${link.id}`, { audience: { kind: 'restricted', userIds: [admin.user.id] } })
            .expect(200),
      ],
      [
        'the link is refreshed with another audience',
        (link) =>
          ann
            .put(`/chats/${link.chatId}/share`, { audience: { kind: 'restricted', userIds: [] } })
            .expect(200),
      ],
      [
        'the link expires',
        async (link) => {
          const expiresAt = new Date(app.platform.now() + 60_000).toISOString();
          await ann.patch(`/shared-links/${link.id}`, { expiresAt }).expect(200);
          app.advance(60_001);
        },
      ],
      [
        'the link is paused',
        async (link) => {
          const { store, signals } = app.platform;
          const { sharedLinks } = store.t;
          await store.db.update(sharedLinks).set({ pausedReason: 'x' }).where(eq(sharedLinks.id, link.id));
          signals.emit('settings:changed', { keys: [] });
        },
      ],
    ];
    test.each(causes)('viewers are evicted at once when %s', async (_cause, trigger) => {
      const link = await share(ann);
      const others = await share(bob);
      const socket = await watch(bob, link.id, others.id);
      const second = await watch(bob, link.id);
      await trigger(link);
      await revokedEvent(socket, link.id);
      await revokedEvent(second, link.id);
      await bob.get(`/shared/${link.id}`).expect(404);
      await settle(socket);
      expect(socket.payloads('share:revoked')).toEqual([{ id: link.id }]);
      expect(socket.payloads('share:updated')).toEqual([]);
      expect(await socket.request('share:watch', { id: link.id })).toMatchObject({ ok: false });
    });

    test.each([
      ['is deactivated', { active: false }],
      ['becomes pending', { role: 'pending' }],
    ])('viewers are evicted when the owner %s', async (_change, change) => {
      const owner = await app.person(`Owner${Object.keys(change)[0]}`);
      const link = await share(owner);
      const socket = await watch(bob, link.id);
      await admin.patch(`/admin/users/${owner.user.id}`, change).expect(200);
      await revokedEvent(socket, link.id);
    });

    test.each([
      ['is deactivated', { active: false }],
      ['becomes pending', { role: 'pending' }],
    ])('the socket of a viewer who %s is closed', async (_change, change) => {
      const viewer = await app.person(`Viewer${Object.keys(change)[0]}`);
      const link = await share(ann);
      const socket = await watch(viewer, link.id);
      await admin.patch(`/admin/users/${viewer.user.id}`, change).expect(200);
      await socket.waitUntilClosed();
    });
  });

  test('viewers who keep access are notified of changes, and evicted ones are not', async () => {
    const link = await share(ann);
    const [toAdmin, toBob, toAnn] = [
      await watch(admin, link.id),
      await watch(bob, link.id),
      await watch(ann, link.id),
    ];
    const audience = { kind: 'restricted', userIds: [admin.user.id] };
    await ann.patch(`/shared-links/${link.id}`, { audience }).expect(200);
    await revokedEvent(toBob, link.id);
    await ann.patch(`/shared-links/${link.id}`, { title: 'For the admin' }).expect(200);
    for (const socket of [toAdmin, toAnn]) {
      expect(await socket.waitFor('share:updated')).toEqual({ id: link.id, version: 1 });
      expect(socket.received.filter(({ name }) => name.startsWith('share:'))).toHaveLength(1);
    }
    await conversations.addMessages(link.chatId, {}, {});
    await ann.put(`/chats/${link.chatId}/share`).expect(200);
    expect(await toAdmin.waitFor('share:updated', ({ version }) => version === 2)).toEqual({
      id: link.id,
      version: 2,
    });
    await settle(toBob);
    expect(toBob.payloads('share:updated')).toEqual([]);
  });

  test('changes that the page does not show, and changes of the chat, send no event', async () => {
    const link = await share(ann);
    const socket = await watch(bob, link.id);
    await ann.put(`/chats/${link.chatId}/share`).expect(200);
    const expiresAt = new Date(app.platform.now() + 3_600_000).toISOString();
    await ann.patch(`/shared-links/${link.id}`, { expiresAt }).expect(200);
    await ann.patch(`/shared-links/${link.id}`, {}).expect(200);
    await ann.patch(`/chats/${link.chatId}`, { title: 'Renamed', archived: true }).expect(200);
    await conversations.addMessages(link.chatId, {}, {});
    await admin.patch('/admin/settings', { communitySharing: true }).expect(200);
    await socket.waitFor('config:changed');
    await settle(socket);
    expect(socket.received.map(({ name }) => name)).toEqual(['config:changed']);
  });

  test('a socket that stopped watching receives no events', async () => {
    const link = await share(ann);
    const socket = await watch(bob, link.id);
    await socket.request('share:unwatch', { id: link.id });
    await ann.delete(`/shared-links/${link.id}`).expect(204);
    await settle(socket);
    expect(socket.received).toEqual([]);
  });

  test('a restored link can be watched again', async () => {
    const link = await share(ann);
    const socket = await watch(bob, link.id);
    await ann.delete(`/shared-links/${link.id}`).expect(204);
    await revokedEvent(socket, link.id);
    await ann.post(`/shared-links/${link.id}/restore`).expect(200);
    expect(await socket.request('share:watch', { id: link.id })).toMatchObject({ ok: true });
    await ann.patch(`/shared-links/${link.id}`, { title: 'Back' }).expect(200);
    await socket.waitFor('share:updated');
  });

  test('an expiry is audited once, and again after the link was given more time', async () => {
    const link = await share(ann);
    const expiries = async () =>
      (await auditEntries(link.id)).filter(({ action }) => action === 'shared_link.expired');
    for (const times of [1, 2]) {
      const expiresAt = new Date(app.platform.now() + 60_000).toISOString();
      await ann.patch(`/shared-links/${link.id}`, { expiresAt }).expect(200);
      const socket = await watch(bob, link.id);
      app.advance(60_001);
      await revokedEvent(socket, link.id);
      const recorded = await expiries();
      expect(recorded).toHaveLength(times);
      expect(recorded[0]).toMatchObject({ actorId: null, targetType: 'shared_link', details: {} });
    }
  });

  test('a link that is revoked while someone starts to watch it is not watched', async () => {
    for (let i = 0; i < 10; i++) {
      const link = await share(ann);
      const socket = await connect(bob);
      const [reply] = await Promise.all([
        socket.request('share:watch', { id: link.id }),
        ann.delete(`/shared-links/${link.id}`).expect(204),
      ]);
      if (reply.ok) await revokedEvent(socket, link.id);
      else expect(reply.error.code).toBe('not_found');
      socket.close();
    }
  });
});
