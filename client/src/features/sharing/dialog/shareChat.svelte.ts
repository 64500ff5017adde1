import type { Chat } from '#shared/chats';
import type { SharedLink, ShareState, Snapshot } from '#shared/sharing';
import { call } from '../../../api/call.ts';
import type { RealtimeSocket } from '../../../api/socket.svelte.ts';
import { initialOptions, optionsOf, toRequest } from './shareOptions.ts';
import type { ShareOptions } from './shareOptions.ts';

/** Before the first response. No chat has this version, so any event about the chat triggers a read. */
const unknownState: ShareState = {
  link: null,
  chatVersion: -1,
  upToDate: false,
  newMessages: 0,
  hasReasoning: false,
  preview: null,
  refusal: null,
};

/**
 * The link of one chat, as the Share dialog shows it. Options set before there is a link are kept here and sent with
 * the request that creates it.
 *
 * Consistency: the server decides. Changes are sent one after the other, and the response to a change replaces what is
 * shown without another read. The server also announces a change to all tabs (`chat:updated`); an event that matches
 * what this tab already knows is ignored, any other event causes one read. Of several reads only the latest counts.
 */
export class ShareChat {
  readonly chatId: string;
  #state = $state.raw<ShareState>(unknownState);
  /** The options of the link, or those it will be created with. */
  #options = $state.raw<ShareOptions>(initialOptions);
  /** What was chosen since the last publication; null: nothing. */
  #includeReasoning = $state<boolean | null>(null);
  /** Option changes without a response yet, oldest first. They are shown over `#options`. */
  #unconfirmed = $state.raw<readonly Partial<ShareOptions>[]>([]);
  #loaded = $state(false);
  #error = $state.raw<unknown>(null);
  #reads = 0;
  /** A read is in progress, or has to follow the pending change. */
  #needsRead = false;
  #pendingChanges = 0;
  #lastChange: Promise<unknown> = Promise.resolve();
  /** The latest event that arrived while a change was pending. */
  #heldEvent: Chat | null = null;
  readonly #unsubscribe: () => void;

  constructor(chatId: string, socket: Pick<RealtimeSocket, 'on'>) {
    this.chatId = chatId;
    this.#unsubscribe = socket.on('chat:updated', ({ chat }) => {
      if (chat.id === chatId) this.#receive(chat);
    });
  }

  get link(): SharedLink | null {
    return this.#state.link;
  }
  get upToDate(): boolean {
    return this.#state.upToDate;
  }
  /** Messages of the chat that the link does not show. */
  get newMessages(): number {
    return this.#state.newMessages;
  }
  /** What publishing would store; null while it would be refused. */
  get preview(): Snapshot | null {
    return this.#state.preview;
  }
  /** Why publishing would be refused; null while it would not. */
  get refusal(): ShareState['refusal'] {
    return this.#state.refusal;
  }
  get options(): ShareOptions {
    const { includeReasoning } = this.#options;
    return this.#unconfirmed.reduce<ShareOptions>((options, change) => ({ ...options, ...change }), {
      ...this.#options,
      includeReasoning: this.#includeReasoning ?? includeReasoning,
    });
  }
  /** Whether the chat has reasoning that the snapshot can include. */
  get hasReasoning(): boolean {
    return this.#state.hasReasoning;
  }
  /** The title readers see. */
  get title(): string {
    return this.options.title ?? this.#state.preview?.title ?? '';
  }
  get loaded(): boolean {
    return this.#loaded;
  }
  /** Why the latest read failed; null when it did not. */
  get error(): unknown {
    return this.#error;
  }

  /** Reads the link and the preview. A failure is reported by `error`. */
  async load(): Promise<void> {
    const read = ++this.#reads;
    this.#needsRead = true;
    let error: unknown = null;
    try {
      const includeReasoning = this.#includeReasoning;
      const query = includeReasoning === null ? {} : { includeReasoning: `${includeReasoning}` as const };
      const state = await call('GET /chats/:id/share', { params: { id: this.chatId }, query });
      if (read !== this.#reads) return;
      this.#state = state;
      if (state.link) this.#options = optionsOf(state.link);
    } catch (reason) {
      error = reason;
    }
    if (read !== this.#reads) return;
    this.#needsRead = false;
    this.#error = error;
    this.#loaded = true;
  }

  /** Creates the link, or updates the snapshot of the existing one. Resolves with the link. */
  async publish(): Promise<SharedLink> {
    return this.#change(async () => {
      const snapshot = this.#includeReasoning === null ? {} : { includeReasoning: this.#includeReasoning };
      const body = { ...(this.link ? {} : toRequest(this.#options)), ...snapshot };
      const link = await call('PUT /chats/:id/share', { params: { id: this.chatId }, body });
      const { chatVersion, upToDate } = link;
      this.#includeReasoning = null;
      // The chat changed after the preview was read.
      if (chatVersion !== this.#state.chatVersion) this.#needsRead = true;
      this.#applyLink(link, { chatVersion, upToDate, newMessages: 0, refusal: null });
      return link;
    });
  }

  /** Changes options of the link, not its snapshot. Shown immediately, and rolled back when the server refuses. */
  async updateOptions(change: Partial<ShareOptions>): Promise<void> {
    this.#unconfirmed = [...this.#unconfirmed, change];
    try {
      await this.#change(async () => {
        if (!this.link) {
          this.#options = { ...this.#options, ...change };
          return;
        }
        const params = { id: this.link.id };
        this.#applyLink(await call('PATCH /shared-links/:id', { params, body: toRequest(change) }));
      });
    } finally {
      this.#unconfirmed = this.#unconfirmed.filter((other) => other !== change);
    }
  }

  /** Chooses whether the snapshot includes the reasoning, and reads the preview again. Publishing stores the choice. */
  async setIncludeReasoning(includeReasoning: boolean): Promise<void> {
    this.#includeReasoning = includeReasoning;
    await this.load();
  }

  /**
   * Revokes the link. Resolves with a function that restores it, which the server allows for ten seconds. The function
   * returns the number of restored links.
   */
  async revoke(): Promise<() => Promise<number>> {
    return this.#change(async () => {
      const before = this.#state;
      const { link } = before;
      if (!link) return () => Promise.resolve(0);
      await call('DELETE /shared-links/:id', { params: { id: link.id } });
      this.#state = { ...this.#state, link: null, upToDate: false, newMessages: 0 };
      this.#options = { ...optionsOf(link), title: null, expiresAt: null };
      return () => this.#restore(link.id, before);
    });
  }

  /** Stops listening, and ignores responses that are still to come. */
  stop(): void {
    this.#unsubscribe();
    this.#reads++;
    this.#needsRead = false;
  }

  async #restore(id: string, before: ShareState): Promise<number> {
    return this.#change(async () => {
      const { upToDate, newMessages, chatVersion } = before;
      const link = await call('POST /shared-links/:id/restore', { params: { id } });
      this.#applyLink(link, { upToDate, newMessages });
      // The chat changed while there was no link to compare it with.
      if (this.#state.chatVersion !== chatVersion) this.#needsRead = true;
      return 1;
    });
  }

  #applyLink(link: SharedLink, change: Partial<ShareState> = {}): void {
    this.#state = { ...this.#state, ...change, link };
    this.#options = optionsOf(link);
  }

  /** Runs a change after those before it. Its event may arrive before its response, so events wait for the response. */
  async #change<T>(work: () => Promise<T>): Promise<T> {
    this.#pendingChanges++;
    const change = this.#lastChange.then(work, work);
    this.#lastChange = change;
    try {
      const result = await change;
      // A read in progress may describe the state before this change.
      if (this.#needsRead) void this.load();
      return result;
    } finally {
      this.#pendingChanges--;
      this.#releaseHeldEvent();
    }
  }

  #releaseHeldEvent(): void {
    const event = this.#heldEvent;
    if (this.#pendingChanges > 0 || !event) return;
    this.#heldEvent = null;
    this.#receive(event);
  }

  #receive(chat: Chat): void {
    if (this.#pendingChanges > 0) {
      this.#heldEvent = chat;
      return;
    }
    const { link, preview, chatVersion } = this.#state;
    if (chat.version < chatVersion) return;
    if (chat.version > chatVersion || chat.shared !== (link !== null)) void this.load();
    // Without a link, only the chat's title can have changed.
    else if (!link && preview) this.#state = { ...this.#state, preview: { ...preview, title: chat.title } };
  }
}
