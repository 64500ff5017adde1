import type { ChatSummary } from '#shared/chats';
import { call } from '../../../api/call.ts';
import { PagedList } from '../../../api/pagedList.svelte.ts';
import type { RealtimeSocket } from '../../../api/socket.svelte.ts';
import { now } from '../../../ui/clock.ts';
import { chatGroups, startOfDay } from './chatGroups.ts';
import type { ChatGroup } from './chatGroups.ts';
import { placed, readPinned } from './chatOrder.ts';

/** What can be changed from a list. */
export type ChatChange = Partial<Pick<ChatSummary, 'title' | 'pinned' | 'archived'>>;

/**
 * The chats of the sidebar: the pinned ones, then the others as far as they have been read, or what a search found.
 * A change is shown at once and taken back when the server refuses it. News from other tabs is put in place; the lists
 * are read again only when the server says so or when news may have been missed.
 */
export class ChatList {
  #pinned = $state.raw<readonly ChatSummary[]>([]);
  #query = $state('');
  readonly #recent = new PagedList<ChatSummary>(({ cursor, limit }, signal) =>
    call('GET /chats', { query: { cursor, limit, pinned: 'false' } }, { signal }),
  );
  readonly #found = new PagedList<ChatSummary>(({ cursor, limit }, signal) =>
    call('GET /chats', { query: { cursor, limit, query: this.#query } }, { signal }),
  );
  // Changes once a day, and the groups with it.
  readonly #today = $derived(startOfDay(now()));
  readonly #groups = $derived(chatGroups(this.#recent.items, this.#today));
  #started = false;
  readonly #socket: Pick<RealtimeSocket, 'on' | 'onReconnect'>;

  constructor(socket: Pick<RealtimeSocket, 'on' | 'onReconnect'>) {
    this.#socket = socket;
  }

  get pinned(): readonly ChatSummary[] {
    return this.#pinned;
  }
  /** The chats that are not pinned, under the headings of their dates. */
  get groups(): readonly ChatGroup[] {
    return this.#groups;
  }
  /** What the search found; empty while nothing is searched for. */
  get found(): readonly ChatSummary[] {
    return this.#found.items;
  }
  /** What is searched for; empty when nothing is. */
  get query(): string {
    return this.#query;
  }
  /** The lists have been read and hold nothing. */
  get empty(): boolean {
    return this.#recent.loaded && this.#recent.items.length === 0 && this.#pinned.length === 0;
  }
  get loaded(): boolean {
    return this.#shown.loaded;
  }
  /** A search is under way. */
  get searching(): boolean {
    return this.#query !== '' && this.#found.loading;
  }
  get hasMore(): boolean {
    return this.#shown.hasMore;
  }
  get error(): unknown {
    return this.#shown.error;
  }

  /** Reads the lists and listens for news, once. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#socket.on('chat:updated', ({ chat }) => this.apply(chat));
    this.#socket.on('chat:deleted', ({ chatId }) => this.#drop(chatId));
    this.#socket.on('chats:changed', () => void this.refresh());
    this.#socket.onReconnect(() => void this.refresh());
    void this.refresh();
  }

  /** Reads everything shown anew, in place. */
  async refresh(): Promise<void> {
    const found = this.#query === '' ? Promise.resolve() : this.#found.refresh();
    await Promise.all([this.#readPinned(), this.#recent.refresh(), found]);
  }

  /** Rejects when the next page cannot be read. */
  loadMore = (): Promise<void> => this.#shown.loadMore();

  /** Looks for chats by title and text; an empty query ends the search. */
  async search(query: string): Promise<void> {
    const wanted = query.trim();
    if (wanted === this.#query) return;
    if (wanted === '' || this.#query === '') this.#found.reset();
    this.#query = wanted;
    if (wanted !== '') await this.#found.load();
  }

  /** The chat as far as the lists know it. */
  get(id: string): ChatSummary | undefined {
    return [this.#pinned, this.#recent.items, this.#found.items]
      .flatMap((rows) => rows.filter((chat) => chat.id === id))
      .at(0);
  }

  /** Changes a chat, here at once. Rejects, and shows it as it was, when the server refuses. */
  async change(chat: ChatSummary, change: ChatChange): Promise<void> {
    this.apply({ ...chat, ...change });
    try {
      this.apply(await call('PATCH /chats/:id', { params: { id: chat.id }, body: change }));
    } catch (error) {
      this.apply(chat);
      throw error;
    }
  }

  /** Deletes a chat with everything in it, here at once; comes back when the server refuses. */
  async remove(chat: ChatSummary): Promise<void> {
    this.#drop(chat.id);
    try {
      await call('DELETE /chats/:id', { params: { id: chat.id } });
    } catch (error) {
      this.apply(chat);
      throw error;
    }
  }

  /** Shows a chat as it is now, wherever it stands and wherever it belongs. */
  apply(chat: ChatSummary): void {
    const at = chat.archived ? 'archived' : chat.pinned ? 'pinned' : 'recent';
    this.#pinned = placed(this.#pinned, chat, at === 'pinned', false);
    this.#recent.edit((rows) => placed(rows, chat, at === 'recent', this.#recent.hasMore));
    if (chat.archived) this.#found.remove(chat.id);
    else this.#found.put(chat);
  }

  get #shown(): PagedList<ChatSummary> {
    return this.#query === '' ? this.#recent : this.#found;
  }

  #drop(id: string): void {
    this.#pinned = this.#pinned.filter((chat) => chat.id !== id);
    this.#recent.remove(id);
    this.#found.remove(id);
  }

  async #readPinned(): Promise<void> {
    try {
      this.#pinned = await readPinned();
    } catch {
      // The list below tells that the server cannot be reached.
    }
  }
}
