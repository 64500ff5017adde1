import type { Chat } from '#shared/chats';
import { limits } from '#shared/limits';
import type { Message } from '#shared/messages';
import type { ServerPayload } from '#shared/socketEvents';
import { ApiError } from '../../../api/apiError.ts';
import { AnswerResumer } from './answerResumer.ts';
import { Branch } from './branch.svelte.ts';
import { BranchLoader } from './branchLoader.ts';
import type { ChatSocket, ChatTransport } from './chatTransport.ts';

/** Milliseconds after the last event until the state is checked: one change sends several events. */
const resyncDelayMs = 150;
/** Milliseconds until watching the chat is tried again after a timeout. */
const watchRetryMs = 3_000;

export type Phase = 'loading' | 'ready' | 'failed' | 'notFound';

/**
 * One chat of the server, kept up to date.
 *
 * Consistency: the server's tree is the source of truth, and its version counts the changes. The state here reflects
 * `#version`. Events of that version or the next one are applied as they arrive. When in doubt (a version was skipped,
 * a message does not follow the last one, the last one is not the active message) the branch is loaded again; a
 * response older than what has been applied is discarded. After a reconnect `chat:watch` returns the version, and each streaming answer
 * resumes from the offset reached here.
 */
export class LiveChat {
  readonly id: string;
  readonly branch = new Branch();
  #chat: Chat | null;
  #phase: Phase;
  #error = $state.raw<unknown>(null);
  /** Ids of the streaming answers, on this branch or another. */
  #streaming = $state.raw<readonly string[]>([]);
  #version: number;
  /** Events were missed: messages above the last page may be outdated, too. */
  #behind = false;
  #loading: Promise<void> | null = null;
  #loadAgain = false;
  #resyncTimer: ReturnType<typeof setTimeout> | undefined;
  #watchTimer: ReturnType<typeof setTimeout> | undefined;
  #subscriptions: (() => void)[] = [];
  readonly #loader: BranchLoader;
  readonly #resumer: AnswerResumer;
  readonly #transport: ChatTransport;
  readonly #socket: ChatSocket;

  /** `created`: the chat when it was just created, and is therefore empty. */
  constructor(id: string, transport: ChatTransport, socket: ChatSocket, created: Chat | null = null) {
    this.id = id;
    this.#chat = $state.raw(created);
    this.#phase = $state(created ? 'ready' : 'loading');
    this.#version = created?.version ?? -1;
    this.#transport = transport;
    this.#socket = socket;
    this.#loader = new BranchLoader(transport, id, this.branch);
    this.#resumer = new AnswerResumer(socket, () => this.#scheduleReload());
  }

  /** Null until it has been loaded. */
  get chat(): Chat | null {
    return this.#chat;
  }
  get phase(): Phase {
    return this.#phase;
  }
  /** Why it could not be loaded, when `phase` is `failed`. */
  get error(): unknown {
    return this.#error;
  }
  /** An answer is being generated: the server accepts no other question until it has ended. */
  get generating(): boolean {
    return this.#streaming.length > 0;
  }

  /** Loads the chat, or catches up with it, and follows it until `leave`. */
  enter(): void {
    if (this.#subscriptions.length > 0) return;
    const socket = this.#socket;
    this.#subscriptions = [
      socket.on('message:delta', (event) => this.#onDelta(event)),
      socket.on('message:updated', (event) => this.#onMessageUpdated(event)),
      socket.on('message:deleted', (event) => this.#onMessageDeleted(event)),
      socket.on('chat:updated', ({ chat }) => this.applyChat(chat)),
      socket.on('chat:deleted', ({ chatId }) => this.#onChatDeleted(chatId)),
      socket.onReconnect(() => void this.#watch()),
    ];
    if (!this.#chat) void this.load();
    void this.#watch();
  }

  leave(): void {
    if (this.#subscriptions.length === 0) return;
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    this.#subscriptions = [];
    clearTimeout(this.#resyncTimer);
    clearTimeout(this.#watchTimer);
    // If this does not arrive, the server leaves the room when the connection closes.
    this.#socket.emit('chat:unwatch', { chatId: this.id }).catch(() => undefined);
  }

  /** Loads the end of the active branch. Never rejects: `phase` and `error` show the outcome. */
  load(): Promise<void> {
    if (this.#loading) this.#loadAgain = true;
    this.#loading ??= this.#loadUntilCurrent().finally(() => (this.#loading = null));
    return this.#loading;
  }

  /** Loads a page of messages above the first loaded one. */
  async loadEarlier(): Promise<void> {
    const before = this.branch.nextBefore;
    if (before === null) return;
    const page = await this.#transport.loadEarlier(this.id, before, limits.branchPageSize);
    if (this.branch.nextBefore === before) this.branch.prepend(page, this.#version);
  }

  /** Applies the server's state of the chat itself, without its messages. */
  applyChat(chat: Chat): void {
    if (chat.id !== this.id || !this.#chat || chat.version < this.#chat.version) return;
    this.#chat = chat;
    this.#scheduleResync();
  }

  /** Applies the response to a question or a regeneration: messages that now end the active branch, in order. */
  appendExchange(...messages: Message[]): void {
    this.#loadAgain = true;
    for (const message of messages) {
      // An event may have arrived first; its state is newer.
      if (this.branch.find(message.id)) continue;
      this.branch.truncateBelow(message.parentId);
      if (!this.branch.isFollowedBy(message)) return void this.load();
      this.branch.append(message, this.#version);
      this.#setStreaming(message.id, message.status === 'streaming');
    }
  }

  /** Sends a request about one message and applies its response, unless a newer event arrived in the meantime. */
  async applyResponse(messageId: string, request: () => Promise<Message>): Promise<void> {
    const versionBefore = this.branch.find(messageId)?.version ?? this.#version;
    const message = await request();
    const known = this.branch.find(messageId);
    if (!known || known.version > versionBefore) return;
    // A request changes the chat, so this is at least the next version.
    known.update(message, versionBefore + 1);
    this.#setStreaming(known.id, known.streaming);
  }

  async #loadUntilCurrent(): Promise<void> {
    do {
      this.#loadAgain = false;
      try {
        await this.#loadOnce();
      } catch (error) {
        this.#error = error;
        if (error instanceof ApiError && error.status === 404) this.#phase = 'notFound';
        else if (!this.#chat) this.#phase = 'failed';
        return;
      }
    } while (this.#loadAgain);
  }

  async #loadOnce(): Promise<void> {
    const { chat, page } = await this.#loader.loadEnd();
    if (chat.version < this.#version) {
      this.#loadAgain = true;
      return;
    }
    const wasBehind = this.#behind;
    this.#behind = false;
    this.#version = chat.version;
    this.#chat = chat;
    this.#phase = 'ready';
    this.branch.replaceEnd(page, chat.version);
    for (const { id } of page.messages) this.#setStreaming(id, this.branch.find(id)?.streaming ?? false);
    if (wasBehind) await this.#loader.updateAbove(page.messages[0]?.id, chat.version);
  }

  /** Joins the room of the chat, and loads what was missed before. */
  async #watch(): Promise<void> {
    clearTimeout(this.#watchTimer);
    try {
      const { version, streaming } = await this.#socket.emit('chat:watch', { chatId: this.id });
      await this.#loading;
      if (!this.#chat || version < this.#version) return;
      const missedEnd = this.#streaming.some((id) => !streaming.includes(id));
      this.#streaming = streaming;
      if (version > this.#version || missedEnd) {
        this.#behind = true;
        await this.load();
      }
      for (const id of this.#streaming) void this.#resumer.resume(this.branch.find(id));
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'timed_out') || this.#subscriptions.length === 0)
        return;
      this.#watchTimer = setTimeout(() => void this.#watch(), watchRetryMs);
    }
  }

  #onDelta(delta: ServerPayload<'message:delta'>): void {
    if (delta.chatId !== this.id) return;
    const message = this.branch.find(delta.messageId);
    message?.applyDelta(delta);
    if (message?.hasGap) void this.#resumer.resume(message);
  }

  #onMessageUpdated({ chatId, version, message }: ServerPayload<'message:updated'>): void {
    if (chatId !== this.id) return;
    // The response of the load in progress may be older than this event.
    this.#loadAgain = this.#loadAgain || !this.#chat;
    if (!this.#chat) return;
    const known = this.branch.find(message.id);
    if (known) known.update(message, version);
    else if (version < this.#version) return;
    else if (this.branch.isFollowedBy(message)) this.branch.append(message, version);
    // An answer that ends on another branch changes nothing here; anything else may.
    else if (message.status === 'streaming' || message.role === 'user') return this.#scheduleResync();
    this.#setStreaming(message.id, known ? known.streaming : message.status === 'streaming');
    if (version > this.#version + 1) return this.#scheduleReload();
    this.#version = Math.max(version, this.#version);
  }

  #onMessageDeleted({ chatId, version }: ServerPayload<'message:deleted'>): void {
    if (chatId === this.id && version > this.#version) void this.load();
  }

  #setStreaming(id: string, streaming: boolean): void {
    const others = this.#streaming.filter((other) => other !== id);
    if (this.#streaming.includes(id) !== streaming) this.#streaming = streaming ? [...others, id] : others;
  }

  #scheduleReload(): void {
    this.#behind = true;
    this.#scheduleResync();
  }

  /** Checks shortly whether the branch is current, and loads it again when it is not. */
  #scheduleResync(): void {
    clearTimeout(this.#resyncTimer);
    this.#resyncTimer = setTimeout(() => {
      const chat = this.#chat;
      const endsActive = chat?.activeMessageId === (this.branch.last?.id ?? null);
      if (chat && (this.#behind || chat.version > this.#version || !endsActive)) void this.load();
    }, resyncDelayMs);
  }

  #onChatDeleted(chatId: string): void {
    if (chatId === this.id) this.#phase = 'notFound';
  }
}
