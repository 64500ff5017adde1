import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
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
} as const satisfies Record<string, Rate>;

export type RateLimits = { readonly [N in keyof typeof rates]: RequestHandler };

const keyOf = (rate: Rate) => (req: Request) =>
  rate.by === 'user' && req.user ? `user:${req.user.id}` : `address:${ipKeyGenerator(req.ip ?? '')}`;

/** Creates one limiter per name, counting in memory. `factor` raises all limits, for load tests. */
export function createRateLimits(factor = 1): RateLimits {
  const entries = Object.entries(rates).map(([name, rate]: [string, Rate]) => [
    name,
    rateLimit({
      windowMs: rate.windowMs,
      limit: rate.limit * factor,
      keyGenerator: keyOf(rate),
      skipSuccessfulRequests: rate.failuresOnly ?? false,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      handler: () => {
        throw new DomainError('rate_limited', rate.message);
      },
    }),
  ]);
  return Object.fromEntries(entries) as RateLimits;
}
