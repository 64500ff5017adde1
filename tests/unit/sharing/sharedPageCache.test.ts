import { describe, expect, jest, test } from '@jest/globals';
import type { Request, Response } from 'express';
import { SharedPageCache } from '../../../server/src/features/sharing/sharedPages.cache.ts';

/** Sends a page and returns the status and the bytes of the response. */
async function send(
  cache: SharedPageCache,
  page: { head: string; messages: () => Promise<string> },
  tag = '',
) {
  const req = { headers: { 'if-none-match': tag }, acceptsEncodings: () => 'identity' };
  const headers: Record<string, string> = {};
  const sent: { status: number; body: Buffer | undefined } = { status: 200, body: undefined };
  const res = {
    vary: () => res,
    type: () => res,
    set: (name: string, value: string) => ((headers[name] = value), res),
    status: (status: number) => ((sent.status = status), res),
    end: (body?: Buffer) => (sent.body = body),
  };
  await cache.send(req as unknown as Request, res as unknown as Response, page);
  return { ...sent, text: sent.body?.toString(), tag: headers.ETag! };
}
const pageOf = (title: string, messages: string) => ({
  head: JSON.stringify({ title }),
  messages: jest.fn(() => Promise.resolve(messages)),
});

describe('the cache of shared pages', () => {
  test('a page is read once and sent the same way twice', async () => {
    const cache = new SharedPageCache();
    const page = pageOf('A', '[1]');
    expect((await send(cache, page)).text).toBe('{"title":"A","messages":[1]}');
    expect((await send(cache, page)).text).toBe('{"title":"A","messages":[1]}');
    expect(page.messages).toHaveBeenCalledTimes(1);
  });

  test('a client that holds the page gets 304 and no body', async () => {
    const cache = new SharedPageCache();
    const { tag } = await send(cache, pageOf('A', '[1]'));
    expect(await send(cache, pageOf('A', '[1]'), tag)).toMatchObject({ status: 304, body: undefined });
    expect((await send(cache, pageOf('B', '[1]'), tag)).status).toBe(200);
  });

  test('a page too large for the cache is sent, read again, and evicts no other', async () => {
    const cache = new SharedPageCache();
    const [small, large] = [pageOf('small', '[1]'), pageOf('large', `"${'x'.repeat(5_000_000)}"`)];
    for (const page of [small, large, large, small]) await send(cache, page);
    expect(large.messages).toHaveBeenCalledTimes(2);
    expect(small.messages).toHaveBeenCalledTimes(1);
  });

  test('the least recently used pages are evicted', async () => {
    const cache = new SharedPageCache();
    const pages = Array.from({ length: 10 }, (_, i) => pageOf(`page ${i}`, `"${'x'.repeat(3_900_000)}"`));
    for (const page of pages) await send(cache, page);
    await send(cache, pages[9]!);
    await send(cache, pages[0]!);
    expect(pages[9]!.messages).toHaveBeenCalledTimes(1);
    expect(pages[0]!.messages).toHaveBeenCalledTimes(2);
  });
});
