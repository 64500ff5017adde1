import type { RequestHandler, Response } from 'express';
import { DomainError } from '../errors.ts';

/** How many requests of one person run at once. */
interface Bound {
  atOnce: number;
  /** Further requests that wait for their turn. */
  waiting: number;
  message: string;
}

/** Milliseconds a request waits for its turn. */
const waitMs = 5_000;
/** Seconds after which a client should try again. */
const retryAfterSeconds = 5;

const bounds = {
  /** One search reads an index for milliseconds, during which nobody else is served by SQLite. */
  search: { atOnce: 2, waiting: 100, message: 'Too many searches at once. Try again in a moment.' },
  /** Building a snapshot, or the text of a chat for another site, holds a whole branch in memory. */
  snapshot: {
    atOnce: 1,
    waiting: 50,
    message: 'Too many requests for sharing at once. Try again in a moment.',
  },
  /** A page of 20 MB that is not in memory is decompressed and compressed for seconds, in many times its size. */
  sharedPage: {
    atOnce: 2,
    waiting: 100,
    message: 'Too many shared pages at once. Try again in a moment.',
  },
  export: {
    atOnce: 1,
    waiting: 4,
    message: 'You are already downloading chats. Wait until that is finished.',
  },
  /** Everything else: more than a browser sends at once from all its tabs. */
  any: { atOnce: 16, waiting: 200, message: 'Too many requests at once. Try again in a moment.' },
} as const satisfies Record<string, Bound>;

export type InFlightBounds = { readonly [N in keyof typeof bounds]: InFlightBound };

interface Line {
  running: number;
  waiting: Set<() => void>;
}

/** Bounds how many requests of one person run at once. The others wait briefly, in order. */
export class InFlightBound {
  #bound: Bound;
  #lines = new Map<string, Line>();

  constructor(bound: Bound) {
    this.#bound = bound;
  }

  /** Requests of all people that wait for their turn. */
  get waiting(): number {
    let count = 0;
    for (const { waiting } of this.#lines.values()) count += waiting.size;
    return count;
  }

  /**
   * Calls `work` when it is this person's turn. The turn ends when the work is done and the response was sent, so that
   * neither a client that hangs up nor one that does not read gets another one early. Throws when there are too many.
   */
  async run<T>(personId: string, res: Response, work: () => Promise<T>): Promise<T> {
    const leave = await this.#enter(personId, res);
    try {
      return await work();
    } finally {
      if (res.closed) leave();
      else res.once('close', leave);
    }
  }

  /** Bounds all requests of signed-in people, until the response was sent. */
  readonly middleware: RequestHandler = (req, res, next) => {
    if (req.user) this.run(req.user.id, res, async () => next()).catch(next);
    else next();
  };

  async #enter(personId: string, res: Response): Promise<() => void> {
    const line = this.#lines.get(personId) ?? { running: 0, waiting: new Set() };
    this.#lines.set(personId, line);
    if (line.running < this.#bound.atOnce) line.running++;
    else await this.#wait(line, res);
    return () => this.#leave(personId, line);
  }

  /** Resolves when a request that leaves has passed on its place. */
  #wait({ waiting }: Line, res: Response): Promise<void> {
    if (waiting.size >= this.#bound.waiting) throw this.#refusal(res);
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        waiting.delete(enter);
        res.off('close', giveUp);
        settle();
      };
      const enter = () => end(resolve);
      const giveUp = () => end(() => reject(this.#refusal(res)));
      const timer = setTimeout(giveUp, waitMs).unref();
      res.once('close', giveUp);
      waiting.add(enter);
    });
  }

  #leave(personId: string, line: Line): void {
    const [next] = line.waiting;
    if (next) next();
    else if (--line.running === 0) this.#lines.delete(personId);
  }

  #refusal(res: Response): DomainError {
    if (!res.headersSent) res.set('Retry-After', String(retryAfterSeconds));
    return new DomainError('rate_limited', this.#bound.message);
  }
}

export const createInFlightBounds = (): InFlightBounds =>
  Object.fromEntries(
    Object.entries(bounds).map(([name, bound]) => [name, new InFlightBound(bound)]),
  ) as unknown as InFlightBounds;
