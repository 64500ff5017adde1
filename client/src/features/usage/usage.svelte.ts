import type { InstanceUsage, PersonUsage, UsageLimits } from '#shared/usage';
import { call } from '../../api/call.ts';
import { PagedList } from '../../api/pagedList.svelte.ts';

/** What the instance and its people use, for admins. Consistency: read when the page opens, and by `refresh`. */
export class Usage {
  #instance = $state.raw<InstanceUsage | null>(null);
  #limits = $state.raw<UsageLimits | null>(null);
  readonly #list = new PagedList<PersonUsage>(async (request, signal) => {
    const page = await call('GET /admin/usage', { query: request }, { signal });
    this.#instance = page.instance;
    this.#limits = page.limits;
    return page;
  });

  /** The people, those with most storage first. */
  get list(): PagedList<PersonUsage> {
    return this.#list;
  }
  /** Null until it is loaded, as are the limits. */
  get instance(): InstanceUsage | null {
    return this.#instance;
  }
  get limits(): UsageLimits | null {
    return this.#limits;
  }
}
