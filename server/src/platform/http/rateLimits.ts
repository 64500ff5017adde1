import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, MemoryStore, rateLimit, type Store } from 'express-rate-limit';
import { DomainError } from '../errors.ts';

/** How many requests one user or address may make within `windowMs`. */
interface Rate {
  windowMs: number;
  limit: number;
  /** What requests are counted by. Absent: the client address. */
  by?: 'user' | 'address';
  /** Count failed requests only: limits guessing, not use. */
  failuresOnly?: boolean;
  message: string;
}

const minute = 60_000;

export const rates = {
  signIn: {
    windowMs: 15 * minute,
    limit: 30,
    failuresOnly: true,
    message: 'Too many sign-in attempts. Wait a few minutes and try again.',
  },
  signUp: {
    windowMs: 60 * minute,
    limit: 30,
    message: 'Too many new accounts from this address. Try again in an hour.',
  },
  /** Guesses at one-time links: only misses count. */
  accountLink: {
    windowMs: 15 * minute,
    limit: 30,
    failuresOnly: true,
    message: 'Too many attempts. Wait a few minutes and try again.',
  },
  share: {
    windowMs: minute,
    limit: 60,
    by: 'user',
    message: 'Too many share requests. Try again in a minute.',
  },
  /** A signed-in user who guesses share ids: only misses count. */
  shareLookUp: {
    windowMs: minute,
    limit: 120,
    by: 'user',
    failuresOnly: true,
    message: 'Too many invalid links. Try again in a minute.',
  },
  send: {
    windowMs: minute,
    limit: 120,
    by: 'user',
    message: 'Too many messages. Try again in a minute.',
  },
  search: {
    windowMs: minute,
    limit: 600,
    by: 'user',
    message: 'Too many searches. Try again in a minute.',
  },
  createChat: {
    windowMs: minute,
    limit: 120,
    by: 'user',
    message: 'Too many new chats. Try again in a minute.',
  },
  /** Renaming, editing and deleting chats and messages. */
  edit: {
    windowMs: minute,
    limit: 300,
    by: 'user',
    message: 'Too many changes. Try again in a minute.',
  },
  preview: {
    windowMs: minute,
    limit: 60,
    by: 'user',
    message: 'Too many previews. Try again in a minute.',
  },
  export: {
    windowMs: minute,
    limit: 30,
    by: 'user',
    message: 'Too many exports. Try again in a minute.',
  },
  import: {
    windowMs: 60 * minute,
    limit: 60,
    by: 'user',
    message: 'Too many imports. Try again in an hour.',
  },
  connectionTest: {
    windowMs: minute,
    limit: 30,
    by: 'user',
    message: 'Too many connection tests. Try again in a minute.',
  },
  /** All events of all sockets of a person. A tab sends a few when it opens, and one per gap in an answer. */
  socketEvent: {
    windowMs: minute,
    limit: 1_200,
    by: 'user',
    message: 'Too many events. Try again in a minute.',
  },
} as const satisfies Record<string, Rate>;

export interface RateLimit extends RequestHandler {
  /** Runs `work` and counts it as one request of this person, for socket events. Throws when there were too many. */
  run<T>(userId: string, work: () => Promise<T>): Promise<T>;
}
export type RateLimits = { readonly [N in keyof typeof rates]: RateLimit };

const userKey = (userId: string) => `user:${userId}`;
const keyOf = (rate: Rate) => (req: Request) =>
  rate.by === 'user' && req.user ? userKey(req.user.id) : `address:${ipKeyGenerator(req.ip ?? '')}`;

/** Creates one limiter per name. `factor` raises all limits; `counter` creates the counter of a limiter. */
export function createRateLimits(
  factor = 1,
  counter: (name: string) => Store = () => new MemoryStore(),
): RateLimits {
  const entries = Object.entries(rates).map(([name, rate]) => [
    name,
    createRateLimit(rate, factor, counter(name)),
  ]);
  return Object.fromEntries(entries) as RateLimits;
}

function createRateLimit(rate: Rate, factor: number, store: Store): RateLimit {
  const { windowMs, failuresOnly = false, message } = rate;
  const limit = rate.limit * factor;
  const handler = rateLimit({
    windowMs,
    limit,
    store,
    keyGenerator: keyOf(rate),
    skipSuccessfulRequests: failuresOnly,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: () => {
      throw new DomainError('rate_limited', message);
    },
  });
  const run = async <T>(userId: string, work: () => Promise<T>): Promise<T> => {
    const { totalHits } = await store.increment(userKey(userId));
    if (totalHits > limit) throw new DomainError('rate_limited', message);
    const result = await work();
    if (failuresOnly) await store.decrement(userKey(userId));
    return result;
  };
  return Object.assign(handler as RequestHandler, { run });
}
