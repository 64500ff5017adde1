import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AuditQueries } from '../../server/src/features/audit/audit.queries.ts';
import { RepeatedEvents } from '../../server/src/features/audit/repeatedEvents.service.ts';
import { AuthService } from '../../server/src/features/auth/auth.service.ts';
import { SettingsService } from '../../server/src/features/settings/settings.service.ts';
import { UserQueries } from '../../server/src/features/users/users.queries.ts';
import { UserService } from '../../server/src/features/users/users.service.ts';
import type { Store } from '../../server/src/platform/db/store.ts';
import type { Platform } from '../../server/src/platform/platform.ts';
import { createTestPlatform } from '../support/platform.ts';
import { backends } from '../support/stores.ts';

describe.each(backends)('users on $name', ({ open }) => {
  let store: Store;
  let platform: Platform;
  let users: UserQueries;
  let auth: AuthService;
  let service: UserService;
  const clock = { now: 1_750_000_000_000 };

  beforeAll(async () => {
    store = await open();
    platform = createTestPlatform(store, clock);
    const audit = new AuditQueries(platform);
    users = new UserQueries(platform);
    const events = new RepeatedEvents(platform, audit);
    const settings = new SettingsService(platform, audit);
    auth = new AuthService(platform, { users, settings, audit, events });
    service = new UserService(platform, { queries: users, audit });
  });
  afterAll(async () => {
    platform.sessions.close();
    await store.close();
  });

  const registration = (name: string) => ({ name, email: `${name}@example.org`, password: 'long enough' });

  test('20 concurrent first sign-ups create exactly one admin', async () => {
    const created = await Promise.all(
      Array.from({ length: 20 }, (_, i) => auth.register(registration(`p${i}`))),
    );
    expect(created.filter(({ role }) => role === 'admin')).toHaveLength(1);
    expect(await users.countActiveAdmins()).toBe(1);
    expect(await users.countPending()).toBe(19);
  });

  test('concurrent sign-ups with one email create one account', async () => {
    const attempts = await Promise.allSettled([1, 2, 3].map(() => auth.register(registration('twin'))));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = attempts.filter((each) => each.status === 'rejected');
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'email_taken' });
  });

  test('two admins who demote each other concurrently leave one admin', async () => {
    const [admin] = (await users.list({ role: 'admin', limit: 1 })).items;
    const other = await auth.register(registration('second'));
    await service.update(admin!, other.id, { role: 'admin' });
    await Promise.allSettled([
      service.update(admin!, other.id, { role: 'user' }),
      service.update(other, admin!.id, { role: 'user' }),
    ]);
    expect(await users.countActiveAdmins()).toBe(1);
  });

  test('users are found case-insensitively, page by page', async () => {
    const found = await users.list({ query: 'P1@EXAMPLE', limit: 10 });
    expect(found.items.map(({ email }) => email)).toEqual(['p1@example.org']);
    const seen = new Set<string>();
    let cursor: string | undefined;
    do {
      const page = await users.list({ limit: 7, cursor });
      page.items.forEach(({ id }) => seen.add(id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen.size).toBe(22);
  });

  test('a session that ended is not restored by a request in flight', async () => {
    const [user] = (await users.list({ limit: 1 })).items;
    const { sessions } = platform;
    const data = { cookie: { originalMaxAge: 1_000 }, passport: { user: user!.id } } as never;
    const set = () => new Promise<void>((resolve) => sessions.set('sid', data, () => resolve()));
    const get = () => new Promise((resolve) => sessions.get('sid', (_error, found) => resolve(found)));
    await set();
    expect(await get()).toMatchObject({ passport: { user: user!.id } });
    await new Promise<void>((resolve) => sessions.destroy('sid', () => resolve()));
    await set();
    expect(await get()).toBeNull();
  });
});
