import type { Session } from './session.svelte.ts';

/** Milliseconds between two checks. Polling is needed because the server refuses sockets of pending accounts. */
const pollIntervalMs = 15_000;

/** Checks whether an admin has approved the account: periodically, and whenever the page becomes visible. */
export class PendingApproval {
  #stillPending = $state(false);
  readonly #session: Pick<Session, 'refresh'>;

  constructor(session: Pick<Session, 'refresh'>) {
    this.#session = session;
  }

  /** Whether the account was still pending at the last check that the user started. */
  get stillPending(): boolean {
    return this.#stillPending;
  }

  /** Starts polling. Returns a function that stops it. */
  poll(): () => void {
    const refresh = (): void => {
      // A failed check changes nothing, and the next one follows soon.
      if (document.visibilityState === 'visible') this.#session.refresh().catch(() => undefined);
    };
    const timer = setInterval(refresh, pollIntervalMs);
    addEventListener('focus', refresh);
    document.addEventListener('visibilitychange', refresh);
    return () => {
      clearInterval(timer);
      removeEventListener('focus', refresh);
      document.removeEventListener('visibilitychange', refresh);
    };
  }

  /** Checks now. Rejects when the request fails. */
  async check(): Promise<void> {
    this.#stillPending = false;
    await this.#session.refresh();
    this.#stillPending = true;
  }
}
