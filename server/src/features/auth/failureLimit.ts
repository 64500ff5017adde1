import { ipKeyGenerator, type Store } from 'express-rate-limit';
import type { Response } from 'express';
import { LRUCache } from 'lru-cache';
import { DomainError } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';

/** Wrong passwords for one account, from all addresses together, before new addresses have to wait. */
const failuresMax = 10;
const windowMs = 15 * 60_000;
/** Accounts whose failures are counted; beyond, those that were tried the longest time ago are forgotten. */
const accountsMax = 50_000;

interface Failures {
  count: number;
  /** Epoch milliseconds at which the count ends. */
  until: number;
}

/** One try of a password. `succeeded` takes it out of the count. */
interface Attempt {
  succeeded(): void;
}

const uncounted: Attempt = { succeeded: () => undefined };

/**
 * Limits wrong passwords per account, however many addresses they come from. The owner is not locked out: at an
 * address where they signed in before, only the limit per address applies. Unknown emails are counted alike, so that
 * a refusal tells nothing about an account. Each node counts in memory; several nodes also count together.
 */
export class FailureLimit {
  #platform: Platform;
  #failures = new LRUCache<string, Failures>({ max: accountsMax });
  #together: Store | undefined;

  constructor(platform: Platform) {
    this.#platform = platform;
    if (platform.cluster.isShared) {
      this.#together = platform.cluster.counter('failures');
      void this.#together.init?.({ windowMs } as never);
    }
  }

  /** Counts a try to sign in. Throws when there were too many and the address is new to the account. */
  async beginSignIn(email: string, { req, res }: { req: { ip?: string }; res: Response }): Promise<Attempt> {
    const attempt = await this.#begin(`sign-in:${email}`);
    if (attempt) return attempt;
    if (await this.#isKnownAddress(email, req.ip ?? '')) return uncounted;
    throw this.#tooMany(
      `sign-in:${email}`,
      res,
      'Too many failed sign-ins to this account. Wait 15 minutes, or sign in from a network where you signed in before.',
    );
  }

  /** Counts a try of the current password of an account. Throws when there were too many. */
  async beginPasswordChange(userId: string, res: Response): Promise<Attempt> {
    const key = `password:${userId}`;
    const attempt = await this.#begin(key);
    if (attempt) return attempt;
    throw this.#tooMany(key, res, 'The current password was wrong too often. Try again in 15 minutes.');
  }

  /** Counts before the password is checked, so that tries at the same moment count as well. */
  async #begin(key: string): Promise<Attempt | undefined> {
    const now = this.#platform.now();
    const known = this.#failures.get(key);
    const failures = known && known.until > now ? known : { count: 0, until: now + windowMs };
    const max = failuresMax * this.#platform.env.RATE_LIMIT_FACTOR;
    if (failures.count >= max) return undefined;
    failures.count++;
    this.#failures.set(key, failures);
    const together = await this.#together?.increment(key);
    if (together && together.totalHits > max) return undefined;
    return {
      succeeded: () => {
        failures.count--;
        void this.#together?.decrement(key);
      },
    };
  }

  async #isKnownAddress(email: string, address: string): Promise<boolean> {
    const network = ipKeyGenerator(address);
    const known = await this.#platform.sessions.addressesOf(email);
    return known.some((each) => ipKeyGenerator(each) === network);
  }

  #tooMany(key: string, res: Response, message: string): DomainError {
    const until = this.#failures.get(key)?.until ?? 0;
    const seconds = Math.max(1, Math.ceil((until - this.#platform.now()) / 1_000));
    res.set('Retry-After', String(seconds));
    return new DomainError('rate_limited', message);
  }
}
