import type { ManagedUser, Role } from '#shared/users';
import { call } from '../../api/call.ts';
import { PagedList } from '../../api/pagedList.svelte.ts';

export type RoleFilter = Role | 'all';

/** The accounts of the instance, as far as they have been read, and what an admin does to them. */
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
  /** Accounts that wait for approval, whatever is shown. */
  get pendingCount(): number {
    return this.#pendingCount;
  }

  async search(query: string): Promise<void> {
    this.#query = query.trim();
    await this.#list.load();
  }

  async show(filter: RoleFilter): Promise<void> {
    if (filter === this.#filter) return;
    this.#filter = filter;
    this.#list.reset();
    await this.#list.load();
  }

  /** Changes an account; rejects when the server refuses. A row stays in sight although its role is filtered out now. */
  async change(user: ManagedUser, change: { role?: Role; active?: boolean }): Promise<void> {
    const after = await call('PATCH /admin/users/:id', { params: { id: user.id }, body: change });
    this.#list.put(after);
    const waits = ({ role, active }: ManagedUser): number => (role === 'pending' && active ? 1 : 0);
    this.#pendingCount += waits(after) - waits(user);
  }
}
