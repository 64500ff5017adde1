import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eq, isNotNull } from 'drizzle-orm';
import session from 'express-session';
import type { Store } from '../../server/src/platform/db/store.ts';
import { hashSessionId, SessionStore } from '../../server/src/platform/sessions/sessionStore.ts';
import { backends } from '../support/stores.ts';

const hourMs = 3_600_000;

describe.each(backends)('sessions on $name', ({ open }) => {
  let store: Store;
  let sessions: SessionStore;
  beforeAll(async () => {
    store = await open();
    sessions = new SessionStore(store, hourMs);
  });
  afterAll(async () => {
    sessions.close();
    await store.close();
  });

  const save = (sid: string, expires: Date) =>
    new Promise<unknown>((resolve) => {
      const cookie = Object.assign(new session.Cookie(), { expires });
      sessions.set(sid, { cookie }, resolve);
    });

  test('expired sessions are removed and reported as ended', async () => {
    const ended: string[] = [];
    sessions.on('ended', (sidHash: string) => ended.push(sidHash));
    await save('old', new Date(Date.now() - 1));
    await save('ancient', new Date(Date.now() + hourMs));
    await save('young', new Date(Date.now() + hourMs));
    const table = store.t.sessions;
    await store.db
      .update(table)
      .set({ createdAt: Date.now() - 200 * 24 * hourMs })
      .where(eq(table.sidHash, hashSessionId('ancient')));
    await sessions.prune();
    await sessions.prune();
    expect(ended.sort()).toEqual([hashSessionId('ancient'), hashSessionId('old')].sort());
    expect(await sessions.isLive(hashSessionId('young'))).toBe(true);
    await store.db
      .update(table)
      .set({ revokedAt: Date.now() - 2 * hourMs })
      .where(isNotNull(table.revokedAt));
    await sessions.prune();
    expect(await store.db.$count(table)).toBe(1);
  });

  test('a request that was in flight when a session expired does not restore it', async () => {
    await save('late', new Date(Date.now() - 1));
    await sessions.prune();
    await save('late', new Date(Date.now() + hourMs));
    await new Promise<void>((resolve) => {
      const cookie = Object.assign(new session.Cookie(), { expires: new Date(Date.now() + hourMs) });
      sessions.touch('late', { cookie }, resolve);
    });
    expect(await sessions.isLive(hashSessionId('late'))).toBe(false);
  });

  test('the live sessions of a person are listed by last use, and their addresses are known by email', async () => {
    await store.db.insert(store.t.users).values({
      id: 'ann',
      name: 'Ann',
      email: 'ann@example.org',
      role: 'user',
      passwordHash: '',
      createdAt: 1,
    });
    const now = Date.now();
    const row = { userId: 'ann', data: '{}', createdAt: now - hourMs, expiresAt: now + hourMs };
    await store.db.insert(store.t.sessions).values([
      { ...row, sidHash: 'unused' },
      { ...row, sidHash: 'used', lastSeenAt: now, address: '192.0.2.1', userAgent: 'A browser' },
      { ...row, sidHash: 'expired', expiresAt: now - 1, address: '192.0.2.2' },
      { ...row, sidHash: 'ended', revokedAt: now, address: '192.0.2.3' },
      { ...row, sidHash: 'of nobody', userId: null, address: '192.0.2.4' },
    ]);
    const listed = await sessions.listOf('ann');
    expect(listed.map(({ sidHash, lastSeenAt }) => [sidHash, lastSeenAt])).toEqual([
      ['used', now],
      ['unused', now - hourMs],
    ]);
    const addresses = await sessions.addressesOf('ann@example.org');
    expect(addresses.sort()).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3']);
    expect(await sessions.addressesOf('nobody@example.org')).toEqual([]);
  });
});
