import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { DatabaseLeases, liveHolders } from '../../server/src/platform/cluster/databaseLeases.ts';
import type { Store } from '../../server/src/platform/db/store.ts';
import { createLog } from '../../server/src/platform/log.ts';
import { backends } from '../support/stores.ts';

describe.each(backends)('leases of nodes on $name', ({ open }) => {
  let store: Store;
  let one: DatabaseLeases;
  let two: DatabaseLeases;

  beforeAll(async () => {
    store = await open();
    [one, two] = ['one', 'two'].map((id) => new DatabaseLeases(store, id, createLog('error'))) as [
      DatabaseLeases,
      DatabaseLeases,
    ];
    await one.start();
    await two.start();
  });
  afterAll(async () => {
    await two.close();
    await store.close();
  });

  const expire = (name: string) =>
    store.rows(sql`update leases set until = 1 where name = ${name} returning 1`);

  test('a lease is held by one node at a time, and free when its work has ended', async () => {
    let end!: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const running = one.run('import', () => ended);
    await expect(two.run('other', () => Promise.resolve('done'))).resolves.toEqual({ result: 'done' });
    await expect(two.run('import', () => Promise.resolve('never'))).resolves.toBeUndefined();
    await expect(one.run('import', () => Promise.resolve('never'))).resolves.toBeUndefined();
    end();
    await running;
    await expect(two.run('import', () => Promise.resolve('done'))).resolves.toEqual({ result: 'done' });
  });

  test('of many that ask at once, one gets it', async () => {
    let running = 0;
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? one : two).run('rush', async () => {
          running++;
          // Holds the lease until all others have asked.
          await new Promise((resolve) => setTimeout(resolve, 300));
        }),
      ),
    );
    expect(running).toBe(1);
    expect(results.filter(Boolean)).toHaveLength(1);
  });

  test('the other nodes know of one whose signals do not arrive, until they arrive again or its lease ends', async () => {
    expect([await one.isAnotherCutOff(), await two.isAnotherCutOff()]).toEqual([false, false]);
    await one.setCutOff(true);
    await one.setCutOff(true);
    expect([await one.isAnotherCutOff(), await two.isAnotherCutOff()]).toEqual([false, true]);
    await one.setCutOff(false);
    expect(await two.isAnotherCutOff()).toBe(false);
    await one.setCutOff(true);
    await expire('cut-off:one');
    expect(await two.isAnotherCutOff()).toBe(false);
  });

  test('a lease is free after failed work', async () => {
    await expect(one.run('failing', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(two.run('failing', () => Promise.resolve(1))).resolves.toEqual({ result: 1 });
  });

  test('the lease of a node that is gone can be taken', async () => {
    let end!: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const running = one.run('lost', () => ended);
    await expect(two.run('lost', () => Promise.resolve(1))).resolves.toBeUndefined();
    await expire('lost');
    await expect(two.run('lost', () => Promise.resolve(1))).resolves.toEqual({ result: 1 });
    end();
    await running;
  });

  test('a node lives while its lease is valid', async () => {
    expect((await liveHolders(store)).sort()).toEqual(['one', 'two']);
    await expire('node:one');
    expect(await liveHolders(store)).toEqual(['two']);
    await one.close();
    expect(await liveHolders(store)).toEqual(['two']);
  });

  test('a node that has just started or come back does not judge which others live', async () => {
    await expect(two.liveNodes()).resolves.toBeUndefined();
  });
});
