import { SvelteSet } from 'svelte/reactivity';
import { limits } from '#shared/limits';
import type { SharedLink } from '#shared/sharing';
import { call } from '../../../api/call.ts';
import { PagedList } from '../../../api/pagedList.svelte.ts';
import type { RealtimeSocket } from '../../../api/socket.svelte.ts';

export type Sort = 'updatedAt' | 'title';
export type Order = 'asc' | 'desc';

/** What a sort starts with: the newest first, but titles from A on. */
const naturalOrder: Record<Sort, Order> = { updatedAt: 'desc', title: 'asc' };

/**
 * Everything one has shared, as the dashboard shows it. Search, sort and paging are the server's; rows that are
 * unshared leave at once and come back by undo. The selection holds ids of shown rows only.
 */
export class SharedChats {
  #query = $state('');
  #sort = $state<Sort>('updatedAt');
  #order = $state<Order>('desc');
  #total = $state(0);
  readonly selected = new SvelteSet<string>();
  readonly list: PagedList<SharedLink>;
  readonly #stop: () => void;

  constructor(socket: Pick<RealtimeSocket, 'on'>) {
    this.list = new PagedList(async (page, signal) => {
      const query = { ...page, query: this.#query, sort: this.#sort, order: this.#order };
      const answer = await call('GET /shared-links', { query }, { signal });
      this.#total = answer.total;
      return answer;
    });
    // Another tab shared, unshared or deleted.
    const stops = [
      socket.on('chat:deleted', ({ chatId }) => this.#forgetChat(chatId)),
      socket.on('chats:changed', () => void this.list.refresh()),
    ];
    this.#stop = () => stops.forEach((stop) => stop());
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
  /** How many there are in all that fit the search. */
  get total(): number {
    return this.#total;
  }
  get allSelected(): boolean {
    return this.list.items.length > 0 && this.selected.size === this.list.items.length;
  }

  async search(query: string): Promise<void> {
    this.#query = query.trim();
    await this.#anew();
  }

  /** Sorts by the column; a second time, the other way round. */
  async sortBy(sort: Sort): Promise<void> {
    this.#order = sort === this.#sort ? (this.#order === 'asc' ? 'desc' : 'asc') : naturalOrder[sort];
    this.#sort = sort;
    await this.#anew();
  }

  select(id: string, selected: boolean): void {
    if (selected) this.selected.add(id);
    else this.selected.delete(id);
  }

  selectAll(selected: boolean): void {
    this.selected.clear();
    if (selected) for (const { id } of this.list.items) this.selected.add(id);
  }

  /** Takes links back at once. Resolves with their number and the way to undo it, which works for ten seconds. */
  async unshare(ids: string[] | 'all'): Promise<{ count: number; undo: () => Promise<void> }> {
    const body = ids === 'all' ? { all: true as const } : { ids };
    const { revoked, ids: gone } = await call('POST /shared-links/revoke', { body });
    const isGone = new Set(gone);
    this.list.edit((rows) => rows.filter(({ id }) => !isGone.has(id)));
    for (const id of gone) this.selected.delete(id);
    this.#total = Math.max(0, this.#total - revoked);
    if (this.list.items.length === 0) await this.list.load();
    return {
      count: revoked,
      undo: async () => {
        for (let at = 0; at < gone.length; at += limits.revokeBatch) {
          await call('POST /shared-links/restore', {
            body: { ids: gone.slice(at, at + limits.revokeBatch) },
          });
        }
        await this.list.refresh();
      },
    };
  }

  /** Stops listening. */
  stop(): void {
    this.#stop();
    this.list.reset();
  }

  async #anew(): Promise<void> {
    this.selected.clear();
    await this.list.load();
  }

  #forgetChat(chatId: string): void {
    const link = this.list.items.find((each) => each.chatId === chatId);
    if (!link) return;
    this.list.remove(link.id);
    this.selected.delete(link.id);
    this.#total = Math.max(0, this.#total - 1);
  }
}
