import type { Api } from '#shared/api';
import type { Args, ResponseOf } from '#shared/endpoint';
import type { ManagedUser, Role } from '#shared/users';
import { call } from '../../api/call.ts';
import { PagedList } from '../../api/pagedList.svelte.ts';

export type RoleFilter = Role | 'all';
/** A one-time link to set a password, as its creator sees it once. */
export type AccountLink = ResponseOf<Api['POST /admin/users/:id/reset-link']>;
export type Leftovers = Required<Args<Api['DELETE /admin/users/:id']>['body']>;
type NewUser = Args<Api['POST /admin/users']>['body'];

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

  /** Creates an account. Resolves with its invitation; rejects when the server refuses. */
  async add(user: NewUser): Promise<AccountLink> {
    const { inviteUrl, expiresAt } = await call('POST /admin/users', { body: user });
    void this.#list.refresh();
    return { url: inviteUrl, expiresAt };
  }

  /** Creates a link with which the person sets a password. */
  async createLink(user: ManagedUser): Promise<AccountLink> {
    return call('POST /admin/users/:id/reset-link', { params: { id: user.id } });
  }

  /** Deletes the account; rejects when the server refuses. */
  async remove(user: ManagedUser, leftovers: Leftovers): Promise<void> {
    await call('DELETE /admin/users/:id', { params: { id: user.id }, body: leftovers });
    this.#list.remove(user.id);
    this.#pendingCount -= Number(isPending(user));
  }
}
