import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { pack } from './sharing.snapshot.ts';

/** Bytes of answers kept ready, least recently asked for out first. One large snapshot must not push out all others. */
const keptBytes = 32_000_000;
const largestKept = keptBytes / 8;

/** A shared page as JSON text, in two parts: the messages are stored as they are sent. */
export interface Answer {
  /** JSON of everything but the messages. It names the version, so it stands for the whole answer. */
  head: string;
  /** Reads the JSON array of the messages; asked only when the answer is not kept ready. */
  messages: () => Promise<string>;
}

/** Answers ready to be sent, compressed once and not with every request. */
export class ReadyAnswers {
  #kept = new Map<string, Buffer>();
  #bytes = 0;

  /**
   * Sends the answer, or 304 when the one who asks holds it already. No cache keeps it, but a page that is open may
   * ask whether what it shows is still current.
   */
  async send(req: Request, res: Response, answer: Answer): Promise<void> {
    const tag = createHash('sha256').update(answer.head).digest('base64url');
    // Weak, because compressed and plain answers share it.
    res.set('ETag', `W/"${tag}"`);
    res.vary('Accept-Encoding');
    if (req.headers['if-none-match']?.includes(`"${tag}"`)) {
      res.status(304).end();
      return;
    }
    const compressed = req.acceptsEncodings('br', 'identity') === 'br';
    const bytes = await this.#bytesOf(tag, compressed, answer);
    if (compressed) res.set('Content-Encoding', 'br');
    res.type('json').set('Content-Length', String(bytes.length)).end(bytes);
  }

  async #bytesOf(tag: string, compressed: boolean, { head, messages }: Answer): Promise<Buffer> {
    const key = compressed ? `br ${tag}` : tag;
    const ready = this.#kept.get(key);
    if (ready) {
      this.#kept.delete(key);
      this.#kept.set(key, ready);
      return ready;
    }
    const text = `${head.slice(0, -1)},"messages":${await messages()}}`;
    const bytes = compressed ? await pack(text) : Buffer.from(text);
    this.#keep(key, bytes);
    return bytes;
  }

  #keep(key: string, bytes: Buffer): void {
    if (bytes.length > largestKept || this.#kept.has(key)) return;
    this.#kept.set(key, bytes);
    this.#bytes += bytes.length;
    for (const [oldest, { length }] of this.#kept) {
      if (this.#bytes <= keptBytes) break;
      this.#kept.delete(oldest);
      this.#bytes -= length;
    }
  }
}
