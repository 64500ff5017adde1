import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { LRUCache } from 'lru-cache';
import { compress } from './snapshots.ts';

/** Bytes of cached responses. */
const maxBytes = 32_000_000;
/** Bytes of one cached response: a single large snapshot must not evict all others. */
const maxResponseBytes = maxBytes / 8;

/** A shared page as JSON text, in two parts: the messages are stored in the format they are sent in. */
export interface SharedPage {
  /** JSON of everything but the messages. It includes the version, so it identifies the whole response. */
  head: string;
  /** Reads the JSON array of the messages; called only when the response is not cached. */
  messages: () => Promise<string>;
}

/** Sends shared pages, and keeps the responses so that they are not compressed again for every request. */
export class SharedPageCache {
  #responses = new LRUCache<string, Buffer>({
    maxSize: maxBytes,
    maxEntrySize: maxResponseBytes,
    sizeCalculation: (bytes) => bytes.length,
  });
  /** Responses that are being made: many readers of a large page at the same moment cost as much as one. */
  #pending = new Map<string, Promise<Buffer>>();

  /**
   * Sends the page, or 304 when the client already has it. No cache may store it (`no-store`), but an open page may
   * check whether what it shows is current.
   */
  async send(req: Request, res: Response, page: SharedPage): Promise<void> {
    const tag = createHash('sha256').update(page.head).digest('base64url');
    // Weak, because compressed and plain responses share it.
    res.set('ETag', `W/"${tag}"`);
    res.vary('Accept-Encoding');
    if (req.headers['if-none-match']?.includes(`"${tag}"`)) {
      res.status(304).end();
      return;
    }
    const compressed = req.acceptsEncodings('br', 'identity') === 'br';
    const bytes = await this.#bytesOf(tag, compressed, page);
    if (compressed) res.set('Content-Encoding', 'br');
    res.type('json').set('Content-Length', String(bytes.length)).end(bytes);
  }

  async #bytesOf(tag: string, compressed: boolean, page: SharedPage): Promise<Buffer> {
    const key = compressed ? `br ${tag}` : tag;
    const known = this.#responses.get(key) ?? this.#pending.get(key);
    if (known) return known;
    const making = bytesOf(page, compressed).finally(() => this.#pending.delete(key));
    this.#pending.set(key, making);
    const bytes = await making;
    this.#responses.set(key, bytes);
    return bytes;
  }
}

async function bytesOf({ head, messages }: SharedPage, compressed: boolean): Promise<Buffer> {
  const text = `${head.slice(0, -1)},"messages":${await messages()}}`;
  return compressed ? compress(text) : Buffer.from(text);
}
