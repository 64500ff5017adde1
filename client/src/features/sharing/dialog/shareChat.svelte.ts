import type { Audience, LinkOptions, SharedLink, Snapshot } from '#shared/sharing';
import { call } from '../../../api/call.ts';
import type { RealtimeSocket } from '../../../api/socket.svelte.ts';

/** What the person chose; the same fields before and after the link is made. */
export interface Choices {
  /** Null: the chat's own. */
  title: string | null;
  showAuthor: boolean;
  audience: Audience;
  expiresAt: string | null;
}

const firstChoices: Choices = {
  title: null,
  showAuthor: true,
  audience: { kind: 'instance' },
  expiresAt: null,
};

const choicesOf = (link: SharedLink): Choices => ({
  title: link.title,
  showAuthor: link.showAuthor,
  audience: link.audience,
  expiresAt: link.expiresAt,
});

const optionsOf = ({ title, ...rest }: Choices): LinkOptions => (title === null ? rest : { ...rest, title });

/**
 * The link of one chat. The server's word counts: every change is sent at once, and what is shown is what it answered.
 * Choices made before there is a link are kept here and go with the request that makes it.
 */
export class ShareChat {
  readonly chatId: string;
  #link = $state.raw<SharedLink | null>(null);
  #upToDate = $state(true);
  #newMessages = $state(0);
  #preview = $state.raw<Snapshot | null>(null);
  #choices = $state.raw<Choices>(firstChoices);
  #loaded = $state(false);
  #error = $state.raw<unknown>(null);
  #reads = 0;
  readonly #stop: () => void;

  constructor(chatId: string, socket: Pick<RealtimeSocket, 'on'>) {
    this.chatId = chatId;
    this.#stop = socket.on('chat:updated', ({ chat }) => {
      if (chat.id === chatId) void this.load();
    });
  }

  get link(): SharedLink | null {
    return this.#link;
  }
  get upToDate(): boolean {
    return this.#upToDate;
  }
  /** Messages of the chat that the link does not show. */
  get newMessages(): number {
    return this.#newMessages;
  }
  /** What a click on the button would store; null while it cannot be shared, `error` says why. */
  get preview(): Snapshot | null {
    return this.#preview;
  }
  get choices(): Choices {
    return this.#choices;
  }
  get loaded(): boolean {
    return this.#loaded;
  }
  get error(): unknown {
    return this.#error;
  }

  /** Reads the link and the preview. Only the latest of several reads counts. */
  async load(): Promise<void> {
    const read = ++this.#reads;
    const address = { params: { id: this.chatId } };
    try {
      const state = await call('GET /chats/:id/share', address);
      if (read !== this.#reads) return;
      this.#link = state.link;
      this.#upToDate = state.upToDate;
      this.#newMessages = state.newMessages;
      if (state.link) this.#choices = choicesOf(state.link);
      this.#preview = await call('GET /chats/:id/share/preview', address);
      if (read === this.#reads) this.#error = null;
    } catch (error) {
      if (read === this.#reads) this.#error = error;
    } finally {
      if (read === this.#reads) this.#loaded = true;
    }
  }

  /** Makes the link, or brings the one there is up to date. Resolves with it. */
  async publish(): Promise<SharedLink> {
    const body = this.#link ? {} : optionsOf(this.#choices);
    const link = await call('PUT /chats/:id/share', { params: { id: this.chatId }, body });
    this.#accept(link);
    this.#upToDate = link.upToDate;
    this.#newMessages = 0;
    return link;
  }

  /** Changes what the link says of itself; the snapshot stays. */
  async choose(change: Partial<Choices>): Promise<void> {
    const before = this.#choices;
    this.#choices = { ...before, ...change };
    if (!this.#link) return;
    try {
      const body = optionsOf({ ...this.#choices });
      this.#accept(await call('PATCH /shared-links/:id', { params: { id: this.#link.id }, body }));
    } catch (error) {
      this.#choices = before;
      throw error;
    }
  }

  /** Revokes the link at once. Resolves with the way to take that back, which works for ten seconds. */
  async revoke(): Promise<() => Promise<void>> {
    const link = this.#link;
    if (!link) return () => Promise.resolve();
    await call('DELETE /shared-links/:id', { params: { id: link.id } });
    this.#reads++;
    this.#link = null;
    this.#choices = { ...choicesOf(link), title: null, expiresAt: null };
    return async () => {
      this.#accept(await call('POST /shared-links/:id/restore', { params: { id: link.id } }));
      await this.load();
    };
  }

  /** Stops listening. */
  stop(): void {
    this.#stop();
    this.#reads++;
  }

  #accept(link: SharedLink): void {
    // What is being read was asked before this.
    this.#reads++;
    this.#link = link;
    this.#choices = choicesOf(link);
  }
}
