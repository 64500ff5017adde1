import type { Platform } from '../../platform/platform.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import { linkEvent } from './sharing.audit.ts';
import type { SharingQueries } from './sharing.queries.ts';
import type { ShareWatch } from './sharing.watch.ts';

/** Milliseconds between two looks: a page that is open goes within a moment of its link's expiry. */
const lookEveryMs = 1_000;

/** Notices links that expire: notes it once in the audit log, and shows out whoever has them open. */
export class LinkExpiry {
  #platform: Platform;
  #queries: SharingQueries;
  #audit: AuditQueries;
  #watch: ShareWatch;
  #timer: NodeJS.Timeout;
  #looking: Promise<void> | undefined;

  constructor(
    platform: Platform,
    parts: { queries: SharingQueries; audit: AuditQueries; watch: ShareWatch },
  ) {
    this.#platform = platform;
    this.#queries = parts.queries;
    this.#audit = parts.audit;
    this.#watch = parts.watch;
    this.#timer = setInterval(() => this.#lookAgain(), lookEveryMs).unref();
  }

  /** Resolves when no look is under way any more. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** Answers how many links were found to have expired. */
  async look(): Promise<number> {
    const due = (await this.#queries.expiredUnrecorded()).map((link) => link.id);
    if (due.length === 0) return 0;
    const noted = await this.#platform.store.tx(async () => {
      const links = await this.#queries.recordExpiry(due);
      await this.#audit.record(...links.map(({ id }) => linkEvent(null, 'expired', id)));
      return links;
    });
    await this.#watch.recheck(due);
    return noted.length;
  }

  #lookAgain(): void {
    this.#looking ??= this.look()
      .then(
        () => undefined,
        (error: unknown) => this.#platform.log.warn({ err: error }, 'expired links were not looked for'),
      )
      .finally(() => (this.#looking = undefined));
  }
}
