import type { ManagedUser, Role } from '#shared/users';
import { call } from '../../api/call.ts';
import { PagedList } from '../../api/pagedList.svelte.ts';

export type RoleFilter = Role | 'all';

const isPending = ({ role, active }: ManagedUser): boolean => role === 'pending' && active;

/** The accounts of the instance, loaded page by page, for the admin who manages them. */
export class Users {
  #query = $state('');
  #filter = $state<RoleFilter>('all');
  #pendingCount = $state(0);
  readonly #list = new PagedList<ManagedUser>(async ({ cursor, limit }, signal) => {
    const role = this.#filter === 'all' ? undefined : this.#filter;
    const page = await call(
      'GET /admin/users',
      { query: { cursor, limit, query: this.#query, role } },
      { signal },
    );
    this.#pendingCount = page.pendingCount;
    return page;
  });

  get list(): PagedList<ManagedUser> {
    return this.#list;
  }
  get query(): string {
    return this.#query;
  }
  get filter(): RoleFilter {
    return this.#filter;
  }
  /** Number of accounts that wait for approval, regardless of the query and the filter. */
  get pendingCount(): number {
    return this.#pendingCount;
  }

  async search(query: string): Promise<void> {
    this.#query = query.trim();
    await this.#list.load();
  }

  async setFilter(filter: RoleFilter): Promise<void> {
    if (filter === this.#filter) return;
    this.#filter = filter;
    this.#list.reset();
    await this.#list.load();
  }

  /** Updates an account; rejects when the server refuses. The row is kept even if the filter excludes it now. */
  async update(user: ManagedUser, change: { role?: Role; active?: boolean }): Promise<void> {
    const updated = await call('PATCH /admin/users/:id', { params: { id: user.id }, body: change });
    this.#list.put(updated);
    this.#pendingCount += Number(isPending(updated)) - Number(isPending(user));
  }
}
