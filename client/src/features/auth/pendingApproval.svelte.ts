import type { Session } from './session.svelte.ts';

/** Milliseconds between two looks at whether one was let in: sockets are refused until then. */
const lookEvery = 15_000;

/** Looks now and then, and whenever the page comes into sight, whether an admin has let the person in. */
export class PendingApproval {
  #looked = $state(false);
  readonly #session: Pick<Session, 'refresh'>;

  constructor(session: Pick<Session, 'refresh'>) {
    this.#session = session;
  }

  /** The person asked, and still waits. */
  get looked(): boolean {
    return this.#looked;
  }

  /** Returns the way to stop. */
  watch(): () => void {
    const look = (): void => {
      // A failure says nothing new; the next look comes by itself.
      if (document.visibilityState === 'visible') this.#session.refresh().catch(() => undefined);
    };
    const timer = setInterval(look, lookEvery);
    addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
    };
  }

  async look(): Promise<void> {
    this.#looked = false;
    await this.#session.refresh();
    this.#looked = true;
  }
}
