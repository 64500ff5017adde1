import { describe, expect, test } from '@jest/globals';
import { PagedList } from '../../../client/src/api/pagedList.svelte.ts';
import type { ReadPage } from '../../../client/src/api/pagedList.svelte.ts';
import { deferred } from '../support/factories.ts';

interface Row {
  id: string;
  text?: string;
}
const rows = (...ids: string[]): Row[] => ids.map((id) => ({ id }));
const ids = (list: PagedList<Row>): string[] => list.items.map(({ id }) => id);

/** A server with ordered rows; a cursor is the id after which the next page begins. */
class FakeServer {
  readonly limits: number[] = [];
  readonly all: Row[];

  constructor(all: Row[]) {
    this.all = all;
  }

  read: ReadPage<Row> = async ({ cursor, limit }) => {
    this.limits.push(limit);
    const start = cursor ? this.all.findIndex(({ id }) => id === cursor) + 1 : 0;
    const items = this.all.slice(start, start + limit);
    const last = items.at(-1);
    return { items, nextCursor: last && start + limit < this.all.length ? last.id : null };
  };
}
const many = (count: number): Row[] => rows(...Array.from({ length: count }, (_, index) => `row${index}`));

describe('PagedList', () => {
  test('keeps its rows and reports the error when a read fails', async () => {
    const server = new FakeServer(rows('a'));
    let broken = false;
    const list = new PagedList<Row>((request, signal) => {
      if (broken) throw new Error('offline');
      return server.read(request, signal);
    });
    await list.load();
    broken = true;
    await list.load();
    expect(list.error).toEqual(new Error('offline'));
    expect(ids(list)).toEqual(['a']);
    expect(list.loading).toBe(false);
  });

  test('rejects when the next page cannot be read, and can try again', async () => {
    const server = new FakeServer(many(60));
    let broken = true;
    const list = new PagedList<Row>((request, signal) => {
      if (request.cursor && broken) throw new Error('offline');
      return server.read(request, signal);
    });
    await list.load();
    await expect(list.loadMore()).rejects.toThrow('offline');
    broken = false;
    await list.loadMore();
    expect(list.items).toHaveLength(60);
    expect(list.hasMore).toBe(false);
  });

  test('contains a row once that moved to another page during reading', async () => {
    const server = new FakeServer(many(60));
    const list = new PagedList<Row>(server.read);
    await list.load();
    server.all.splice(55, 0, { id: 'row3' });
    await list.loadMore();
    expect(ids(list).filter((id) => id === 'row3')).toHaveLength(1);
    expect(list.items).toHaveLength(60);
  });

  test('uses only the latest of two overlapping reads', async () => {
    const slow = deferred<{ items: Row[]; nextCursor: null }>();
    let reads = 0;
    const list = new PagedList<Row>(() =>
      reads++ === 0 ? slow.promise : Promise.resolve({ items: rows('new'), nextCursor: null }),
    );
    const first = list.load();
    await list.load();
    slow.resolve({ items: rows('old'), nextCursor: null });
    await first;
    expect(ids(list)).toEqual(['new']);
    expect(list.error).toBeNull();
  });

  test('reads as many rows again on refresh, and continues after them', async () => {
    const server = new FakeServer(many(300));
    const list = new PagedList<Row>(server.read);
    await list.load();
    await list.loadMore();
    await list.loadMore();
    server.all.unshift({ id: 'newest' });
    server.limits.length = 0;
    await list.refresh();
    expect(ids(list).slice(0, 2)).toEqual(['newest', 'row0']);
    expect(list.items).toHaveLength(150);
    expect(server.limits).toEqual([100, 50]);
    await list.loadMore();
    expect(list.items).toHaveLength(200);
  });

  test('cancels the read and clears the list on reset', async () => {
    const slow = deferred<{ items: Row[]; nextCursor: null }>();
    const list = new PagedList<Row>(() => slow.promise);
    const reading = list.load();
    list.reset();
    slow.resolve({ items: rows('a'), nextCursor: null });
    await reading;
    expect(list.items).toEqual([]);
    expect(list.loaded).toBe(false);
  });
});
