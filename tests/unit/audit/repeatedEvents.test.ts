import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AuditQueries, type AuditEntry } from '../../../server/src/features/audit/audit.queries.ts';
import { RepeatedEvents } from '../../../server/src/features/audit/repeatedEvents.service.ts';
import type { Store } from '../../../server/src/platform/db/store.ts';
import { createTestPlatform } from '../../support/platform.ts';
import { backends } from '../../support/stores.ts';

const entry = (actorId: string): AuditEntry => ({
  actorId,
  action: 'request.refused',
  targetType: 'instance',
  targetId: 'instance',
});

describe('repeated events', () => {
  let store: Store;
  let events: RepeatedEvents;
  let isFull: boolean;
  const clock = { now: 1_750_000_000_000 };

  beforeEach(async () => {
    store = await backends[0]!.open();
    const platform = createTestPlatform(store, clock);
    platform.sessions.close();
    platform.log.level = 'silent';
    const audit = new AuditQueries(platform);
    isFull = false;
    const record = audit.record.bind(audit);
    audit.record = (...entries) => (isFull ? Promise.reject(new Error('disk full')) : record(...entries));
    events = new RepeatedEvents(platform, audit);
  });
  afterEach(async () => {
    await events.stop();
    await store.close();
  });

  const written = async () => {
    const rows = await store.db.select().from(store.t.auditLog).orderBy(store.t.auditLog.seq);
    return rows.map(({ actorId, targetId, details }) => [actorId, targetId, details.count]);
  };

  test('the first event is written at once, its repetitions at the end of the minute', async () => {
    events.record(entry('ann'));
    await events.flush();
    for (let i = 0; i < 5; i++) events.record(entry('ann'));
    await events.flush();
    expect(await written()).toEqual([['ann', 'instance', 1]]);
    clock.now += 60_000;
    await events.flush();
    expect(await written()).toEqual([
      ['ann', 'instance', 1],
      ['ann', 'instance', 5],
    ]);
  });

  test('events of thousands of actors at once are bounded', async () => {
    for (let i = 0; i < 5_000; i++) events.record(entry(`actor ${String(i)}`));
    await events.flush();
    const rows = await written();
    expect(rows).toHaveLength(1_001);
    expect(rows.at(-1)).toEqual([null, 'others', 4_000]);
  });

  test('what could not be written is written later', async () => {
    isFull = true;
    events.record(entry('ann'));
    await events.flush();
    events.record(entry('ann'));
    isFull = false;
    await events.flush();
    expect(await written()).toEqual([['ann', 'instance', 2]]);
  });

  test('stopping writes what has been counted', async () => {
    events.record(entry('ann'));
    await events.flush();
    events.record(entry('ann'));
    await events.stop();
    expect(await written()).toEqual([
      ['ann', 'instance', 1],
      ['ann', 'instance', 1],
    ]);
  });
});
