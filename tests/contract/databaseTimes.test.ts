import { describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { backends } from '../support/stores.ts';

// PGlite is for tests only; nothing measures it.
const measured = backends.filter(({ name }) => name !== 'PGlite');

describe.each(measured)('the times of $name', ({ open }) => {
  test('each statement and each transaction is measured once, from the moment somebody observes', async () => {
    const store = await open();
    const { settings } = store.t;
    const read = () => store.db.select().from(settings);
    const write = () => store.db.delete(settings);
    await read();
    const worked: string[] = [];
    const waited: string[] = [];
    const times: number[] = [];
    store.observe({
      worked: (kind, ms) => void (worked.push(kind), times.push(ms)),
      waited: (kind, ms) => void (waited.push(kind), times.push(ms)),
    });
    await read();
    await store.rows(sql`select 1 as one`);
    await write();
    await store.tx(async () => {
      await read();
      await write();
      await store.tx(() => read());
    });
    await expect(store.tx(() => Promise.reject(new Error('undone')))).rejects.toThrow('undone');
    expect(worked).toEqual(['read', 'read', 'write', 'transaction', 'transaction']);
    expect(waited.filter((kind) => kind === 'write')).toHaveLength(3);
    for (const ms of times) expect(ms).toBeGreaterThanOrEqual(0);
    await store.close();
  });

  test('shows the connection that a transaction uses', async () => {
    const store = await open();
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    let isOpen!: () => void;
    const opened = new Promise<void>((resolve) => (isOpen = resolve));
    const first = store.tx(async () => {
      isOpen();
      await held;
    });
    await opened;
    expect(store.load.write.used).toBe(1);
    release();
    await first;
    expect(store.load.write).toMatchObject({ used: 0, waiting: 0 });
    await store.close();
  });
});
