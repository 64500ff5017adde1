import { call } from '../../api/call.ts';

const storageKey = 'parley.firstSteps';

export type StepName = 'connect' | 'invite' | 'share';

/** The setup steps of a new instance. Whether one is done is derived from the data on the server, not stored. */
export class FirstSteps {
  #done = $state.raw<Readonly<Record<StepName, boolean>> | null>(null);
  #dismissed = $state(wasDismissed());

  /** Whether to show the steps: they are loaded, not all done, and not dismissed. */
  get shown(): boolean {
    return !this.#dismissed && this.#done !== null && Object.values(this.#done).includes(false);
  }

  isDone(step: StepName): boolean {
    return this.#done?.[step] ?? false;
  }

  async load(): Promise<void> {
    if (this.#dismissed) return;
    try {
      const [connections, users, links] = await Promise.all([
        call('GET /admin/connections'),
        call('GET /admin/users', { query: { limit: 2 } }),
        call('GET /shared-links', { query: { limit: 1 } }),
      ]);
      this.#done = {
        connect: connections.items.some(({ enabled }) => enabled),
        invite: users.items.length > 1,
        share: links.items.length > 0,
      };
    } catch {
      // The steps are only a hint: without the data they are not shown.
    }
  }

  dismiss(): void {
    this.#dismissed = true;
    try {
      localStorage.setItem(storageKey, 'dismissed');
    } catch {
      // Storage is disabled: dismissed until the page is reloaded.
    }
  }
}

function wasDismissed(): boolean {
  try {
    return localStorage.getItem(storageKey) === 'dismissed';
  } catch {
    return false;
  }
}
