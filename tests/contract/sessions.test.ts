import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
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
    expect(ended.sort()).toEqual([hashSessionId('ancient'), hashSessionId('old')].sort());
    expect(await sessions.isLive(hashSessionId('young'))).toBe(true);
    expect(await store.db.$count(table)).toBe(1);
  });
});
