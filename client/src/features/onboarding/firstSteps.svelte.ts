import { call } from '../../api/call.ts';

const storageKey = 'parley.firstSteps';

export type StepName = 'connect' | 'invite' | 'share';

/** What the first admin has yet to do so that an instance is of use to others. Read from what there is, not remembered. */
export class FirstSteps {
  #done = $state.raw<Readonly<Record<StepName, boolean>> | null>(null);
  #dismissed = $state(wasDismissed());

  /** Shown until every step is done or the person has enough of it; not before it is known how far they are. */
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
      // A hint that cannot be worked out is left away.
    }
  }

  dismiss(): void {
    this.#dismissed = true;
    try {
      localStorage.setItem(storageKey, 'dismissed');
    } catch {
      // Storage is switched off: it stays away as long as the page.
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
