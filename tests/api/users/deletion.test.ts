import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { DomainError } from '../../../server/src/platform/errors.ts';
import { invite, resetLink, setPassword } from '../../support/accountLinks.ts';
import { password, type Person } from '../../support/person.ts';
import { createSharingFixture, type SharingFixture } from '../../support/sharingFixture.ts';

describe('deleting an account', () => {
  let fixture: SharingFixture;
  let admin: Person;
  let leavers = 0;
  beforeAll(async () => {
    fixture = await createSharingFixture();
    ({ admin } = fixture);
  });
  afterAll(() => fixture.app.end());

  const leaver = (role?: 'admin') => fixture.app.person(`Leaver${++leavers}`, role);
  const remove = (person: Person, body: object, by = admin) =>
    by.delete(`/admin/users/${person.user.id}`).send(body);
  const everything = { chats: 'delete', links: 'revoke' };
  const chatsOf = (person: Person) => {
    const { store } = fixture.app.platform;
    return store.db.$count(store.t.chats, eq(store.t.chats.ownerId, person.user.id));
  };

  test('only admins can do it, for another account that exists, with a choice for the chats', async () => {
    const person = await leaver();
    await remove(person, everything, fixture.ann).expect(403);
    await remove(admin, everything).expect(422);
    await admin.delete('/admin/users/missing').send(everything).expect(404);
    await remove(person, {}).expect(400);
    const refused = await remove(person, { chats: 'delete', links: 'keep' }).expect(422);
    expect(refused.body).toMatchObject({ error: { code: 'links_need_chats' } });
    await person.get('/me').expect(200);
  });

  test('two admins who delete each other concurrently leave one admin', async () => {
    const other = await leaver('admin');
    const statuses = await Promise.all([
      remove(other, everything).then(({ status }) => status),
      remove(admin, everything, other).then(({ status }) => status),
    ]);
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    const { store } = fixture.app.platform;
    const rows = await store.db.select().from(store.t.users).where(eq(store.t.users.role, 'admin'));
    expect(rows.filter(({ active }) => active)).toHaveLength(1);
    if (statuses[0] === 204) return;
    // The rest of the tests go on with the admin who is left.
    admin = other;
  });

  test('sessions, sockets and links to set a password end at once', async () => {
    const person = await leaver();
    const token = await resetLink(admin, person.user.id);
    const socket = await person.connect();
    await remove(person, everything).expect(204);
    await socket.waitUntilClosed();
    expect(socket.payloads('session:ended')).toEqual([{ reason: 'signed_out' }]);
    await person.get('/me').expect(401);
    await setPassword(fixture.app.stranger(), token, 'a new long password').expect(404);
    const { email } = person.user;
    await fixture.app.stranger().post('/auth/sign-in', { email, password }).expect(401);
  });

  test('nothing of the person remains but the audit log, and the email address is free again', async () => {
    const person = await leaver();
    const link = await fixture.share(person, {
      audience: { kind: 'restricted', userIds: [fixture.bob.user.id] },
    });
    const theirs = await fixture.share(fixture.ann, {
      audience: { kind: 'restricted', userIds: [person.user.id, fixture.bob.user.id] },
    });
    await remove(person, everything).expect(204);
    const { store } = fixture.app.platform;
    const { t } = store;
    const rows = JSON.stringify([
      await store.db.select().from(t.users),
      await store.db.select().from(t.sharedLinks),
      await store.db.select().from(t.sharedLinkAudience),
    ]);
    expect(rows).not.toContain(person.user.email);
    expect(rows).not.toContain(`"${person.user.name}"`);
    expect(rows).not.toContain(link.id);
    expect(await chatsOf(person)).toBe(0);
    const share = await fixture.ann.get(`/chats/${theirs.chatId}/share`).expect(200);
    expect(share.body).toMatchObject({ link: { audience: { userIds: [fixture.bob.user.id] } } });
    expect(await fixture.auditEntries(person.user.id)).toMatchObject([
      { action: 'user.signed_up' },
      { action: 'user.changed', actorId: admin.user.id, details: { active: false } },
      {
        action: 'user.deleted',
        actorId: admin.user.id,
        details: { chats: 'delete', links: 'revoke', chatsDeleted: 1 },
      },
    ]);
    expect(await fixture.auditActions(link.id)).toEqual(['shared_link.created', 'shared_link.revoked']);
    expect(await fixture.auditActions(link.chatId)).toEqual(['chat.deleted']);
    await fixture.app.stranger().signUp(person.user.name);
  });

  test('a deleted account cannot be found, changed, helped or deleted again', async () => {
    const person = await leaver();
    await remove(person, { chats: 'keep' }).expect(204);
    const { id } = person.user;
    await remove(person, everything).expect(404);
    await admin.patch(`/admin/users/${id}`, { active: true }).expect(404);
    await admin.post(`/admin/users/${id}/reset-link`).expect(404);
    const users = await admin.get('/admin/users?limit=100').expect(200);
    const people = await admin.get('/people?limit=100').expect(200);
    expect(JSON.stringify([users.body, people.body])).not.toContain(id);
  });

  test('an account with an address made of the id of a person does not prevent their deletion', async () => {
    const person = await leaver();
    const email = `${person.user.id}@deleted.invalid`;
    await fixture.app.stranger().post('/auth/sign-up', { name: 'Squatter', email, password }).expect(201);
    await remove(person, everything).expect(204);
  });

  test('signing in to a deleted account fails as with an unknown email', async () => {
    const person = await leaver();
    await remove(person, everything).expect(204);
    const { store } = fixture.app.platform;
    const { users } = store.t;
    const [row] = await store.db.select().from(users).where(eq(users.id, person.user.id));
    const { body } = await fixture.app
      .stranger()
      .post('/auth/sign-in', { email: row!.email, password })
      .expect(401);
    expect(body).toMatchObject({ error: { code: 'wrong_credentials' } });
  });

  test('open shared pages close when the links are revoked', async () => {
    const person = await leaver();
    const link = await fixture.share(person);
    const reader = await fixture.bob.connect();
    expect(await reader.request('share:watch', { id: link.id })).toMatchObject({ ok: true });
    await remove(person, everything).expect(204);
    await reader.waitFor('share:revoked', ({ id }) => id === link.id);
    await fixture.bob.get(`/shared/${link.id}`).expect(404);
    reader.close();
  });

  test('chats and links that are kept remain stored, and nobody can read them', async () => {
    const person = await leaver();
    const link = await fixture.share(person);
    const reader = await fixture.bob.connect();
    await reader.request('share:watch', { id: link.id });
    await remove(person, { chats: 'keep', links: 'keep' }).expect(204);
    await reader.waitFor('share:revoked', ({ id }) => id === link.id);
    reader.close();
    expect(await chatsOf(person)).toBe(1);
    expect(await fixture.auditActions(link.id)).toEqual(['shared_link.created']);
    for (const someone of [admin, fixture.bob]) {
      await someone.get(`/shared/${link.id}`).expect(404);
      await someone.get(`/chats/${link.chatId}`).expect(404);
    }
  });

  test('a deletion that was interrupted leaves a deactivated account that can be deleted again', async () => {
    const person = await leaver();
    await fixture.share(person);
    await fixture.share(person);
    const { store } = fixture.app.platform;
    const tx = store.tx.bind(store);
    store.tx = async (work) => {
      if ((await chatsOf(person)) === 1) throw new DomainError('unavailable', 'The database is busy.');
      return tx(work);
    };
    const failed = await remove(person, everything);
    store.tx = tx;
    expect(failed.status).toBe(503);
    const listed = await admin.get(`/admin/users?query=${person.user.email}`).expect(200);
    expect((listed.body as { items: unknown[] }).items).toMatchObject([
      { id: person.user.id, active: false },
    ]);
    expect(await chatsOf(person)).toBe(1);
    await remove(person, everything).expect(204);
    expect(await chatsOf(person)).toBe(0);
  });

  test('an account that was only invited can be deleted, and its invitation ends', async () => {
    const { user, token } = await invite(admin, 'Misspelt', 'admin');
    await admin.delete(`/admin/users/${user.id}`).send({ chats: 'delete' }).expect(204);
    await setPassword(fixture.app.stranger(), token, 'a new long password').expect(404);
  });
});
