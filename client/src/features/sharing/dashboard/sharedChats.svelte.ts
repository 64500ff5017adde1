import { SvelteSet } from 'svelte/reactivity';
import { limits } from '#shared/limits';
import type { SharedLink } from '#shared/sharing';
import { call } from '../../../api/call.ts';
import { PagedList } from '../../../api/pagedList.svelte.ts';
import type { RealtimeSocket } from '../../../api/socket.svelte.ts';

export type Sort = 'updatedAt' | 'title';
export type Order = 'asc' | 'desc';

/** The order of a newly chosen sort: newest first, titles from A to Z. */
const initialOrder: Record<Sort, Order> = { updatedAt: 'desc', title: 'asc' };

/**
 * All links of a person, as the dashboard shows them.
 *
 * Consistency: the server searches, sorts and pages. Rows that are unshared are removed without another read; undo reads
 * the list again, because only the server knows their position in it. The selection holds ids of listed rows only.
 */
export class SharedChats {
  #query = $state('');
  #sort = $state<Sort>('updatedAt');
  #order = $state<Order>('desc');
  #total = $state(0);
  readonly selected = new SvelteSet<string>();
  readonly list: PagedList<SharedLink>;
  readonly #unsubscribe: () => void;

  constructor(socket: Pick<RealtimeSocket, 'on'>) {
    this.list = new PagedList(async (page, signal) => {
      const query = { ...page, query: this.#query, sort: this.#sort, order: this.#order };
      const response = await call('GET /shared-links', { query }, { signal });
      this.#total = response.total;
      return response;
    });
    // Another tab may delete chats, or change many links at once.
    const stops = [
      socket.on('chat:deleted', ({ chatId }) => this.#removeChat(chatId)),
      socket.on('chats:changed', () => void this.list.refresh()),
    ];
    this.#unsubscribe = () => stops.forEach((stop) => stop());
  }

  get query(): string {
    return this.#query;
  }
  get sort(): Sort {
    return this.#sort;
  }
  get order(): Order {
    return this.#order;
  }
  /** Number of all links that match the search. */
  get total(): number {
    return this.#total;
  }
  get allSelected(): boolean {
    return this.list.items.length > 0 && this.selected.size === this.list.items.length;
  }

  async search(query: string): Promise<void> {
    this.#query = query.trim();
    await this.#reload();
  }

  /** Sorts by a column; the same column again reverses the order. */
  async sortBy(sort: Sort): Promise<void> {
    this.#order = sort === this.#sort ? (this.#order === 'asc' ? 'desc' : 'asc') : initialOrder[sort];
    this.#sort = sort;
    await this.#reload();
  }

  select(id: string, selected: boolean): void {
    if (selected) this.selected.add(id);
    else this.selected.delete(id);
  }

  selectAll(selected: boolean): void {
    this.selected.clear();
    if (selected) for (const { id } of this.list.items) this.selected.add(id);
  }

  /**
   * Revokes links. Resolves with their number and a function that restores them, which the server allows for ten
   * seconds. The function returns the number of restored links.
   */
  async unshare(ids: string[] | 'all'): Promise<{ count: number; restore: () => Promise<number> }> {
    const body = ids === 'all' ? { all: true as const } : { ids };
    const { revoked: count, ids: revokedIds } = await call('POST /shared-links/revoke', { body });
    const isRevoked = new Set(revokedIds);
    this.list.edit((rows) => rows.filter(({ id }) => !isRevoked.has(id)));
    for (const id of revokedIds) this.selected.delete(id);
    this.#total = Math.max(0, this.#total - count);
    // No row is left, but there may be others on later pages.
    if (this.list.items.length === 0) await this.list.load();
    return { count, restore: () => this.#restore(revokedIds) };
  }

  /** Stops listening. */
  stop(): void {
    this.#unsubscribe();
    this.list.reset();
  }

  async #reload(): Promise<void> {
    this.selected.clear();
    await this.list.load();
  }

  async #restore(ids: string[]): Promise<number> {
    let count = 0;
    for (let at = 0; at < ids.length; at += limits.revokeBatch) {
      const body = { ids: ids.slice(at, at + limits.revokeBatch) };
      const { restored } = await call('POST /shared-links/restore', { body });
      count += restored;
    }
    await this.list.refresh();
    return count;
  }

  #removeChat(chatId: string): void {
    const link = this.list.items.find((row) => row.chatId === chatId);
    if (!link) return;
    this.list.remove(link.id);
    this.selected.delete(link.id);
    this.#total = Math.max(0, this.#total - 1);
  }
}
