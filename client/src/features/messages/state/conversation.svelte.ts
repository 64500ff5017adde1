import type { Chat, ChatSettings } from '#shared/chats';
import { limits } from '#shared/limits';
import type { ChatMessage } from './chatMessage.svelte.ts';
import type { ChatSocket, ChatTransport } from './chatTransport.ts';
import { newIdempotencyKey } from '../../../api/idempotencyKey.ts';
import { LiveChat } from './liveChat.svelte.ts';
import { MessageEdit } from './messageEdit.svelte.ts';
import { Outbox } from './outbox.svelte.ts';
import type { PendingQuestion } from './pendingQuestion.svelte.ts';

interface Deps {
  transport: ChatTransport;
  socket: ChatSocket;
  /** Returns the model that answers: another when the requested one is unavailable, null when there is none. */
  modelFor: (requested: string | null) => string | null;
  /** Called once, when the first question has created the chat. */
  onChatCreated: (conversation: Conversation, chat: Chat) => void;
}

/**
 * A chat as its owner works with it: the draft, the question being sent, and every action on its messages. Before the
 * first question there is no chat on the server (`id` is null).
 *
 * Consistency: a text moves from `draft` only to `pending`, and leaves `pending` only when the server has stored it or
 * when it returns to `draft`.
 */
export class Conversation {
  /** The text in the composer. */
  draft = $state('');
  #live: LiveChat | null;
  #editing = $state.raw<MessageEdit | null>(null);
  #lastEdited: ChatMessage | null = null;
  #model = $state<string | null>(null);
  #settings = $state.raw<ChatSettings>({});
  /** The same for every attempt to create the chat. */
  readonly #chatKey = newIdempotencyKey();
  readonly #outbox = new Outbox({
    deliver: (question) => this.#deliver(question),
    // Text typed in the meantime is kept below it.
    restoreDraft: (content) => (this.draft = this.draft === '' ? content : `${content}\n\n${this.draft}`),
  });
  readonly #deps: Deps;

  constructor(id: string | null, deps: Deps) {
    this.#deps = deps;
    this.#live = $state.raw(id === null ? null : new LiveChat(id, deps.transport, deps.socket));
  }

  get id(): string | null {
    return this.#live?.id ?? null;
  }
  /** Null before the first question. */
  get live(): LiveChat | null {
    return this.#live;
  }
  get chat(): Chat | null {
    return this.#live?.chat ?? null;
  }
  get messages(): readonly ChatMessage[] {
    return this.#live?.branch.messages ?? [];
  }
  /** The question that the server has not stored yet. */
  get pending(): PendingQuestion | null {
    const pending = this.#outbox.question;
    // The event may arrive before the response; the question, or its answer, is then the last message.
    const stored = this.messages.slice(-2).some(({ role, parentId, content }) => {
      return role === 'user' && parentId === pending?.parentId && content === pending.content;
    });
    return stored ? null : pending;
  }
  /** A question is being sent. */
  get sending(): boolean {
    return this.#outbox.sending;
  }
  /** Why the server rejected the last question, which is in `draft` again. */
  get rejection(): string | null {
    return this.#outbox.rejection;
  }
  /** The message being edited; one at a time. */
  get editing(): MessageEdit | null {
    return this.#editing;
  }
  get connection(): Pick<ChatSocket, 'connected' | 'paused'> {
    return this.#deps.socket;
  }
  get generating(): boolean {
    return this.#live?.generating ?? false;
  }
  /** The id of the model that answers the next question; null when there is none. */
  get model(): string | null {
    return this.#deps.modelFor(this.chat ? this.chat.model : this.#model);
  }
  get settings(): ChatSettings {
    return this.chat?.settings ?? this.#settings;
  }
  /** Characters of the draft over the limit of one question. */
  get excess(): number {
    return Math.max(0, this.draft.length - limits.messageContent);
  }
  get canSend(): boolean {
    const loaded = !this.#live || this.#live.phase === 'ready';
    const idle = !this.generating && !this.sending && this.pending === null;
    return loaded && idle && this.excess === 0 && /\S/.test(this.draft);
  }
  get lastQuestion(): ChatMessage | undefined {
    return this.messages.findLast((message) => message.role === 'user');
  }

  enter(): void {
    this.#live?.enter();
  }
  leave(): void {
    this.#live?.leave();
  }

  /** Sends the draft. Never rejects: `pending` and `rejection` show the outcome. */
  async send(): Promise<void> {
    if (!this.canSend) return;
    const content = this.draft;
    this.draft = '';
    await this.#outbox.send(content, this.messages.at(-1)?.id ?? null);
  }

  /** Sends the undelivered question again. */
  retry(): Promise<void> {
    return this.#outbox.retry();
  }

  /** Moves the undelivered question back into the draft. */
  editUnsent(): void {
    this.#outbox.editUnsent();
  }

  dismissRejection(): void {
    this.#outbox.dismissRejection();
  }

  /** Starts editing a message. An edit of the same message in progress is kept. */
  beginEdit(message: ChatMessage): void {
    if (this.#editing?.message !== message) this.#editing = new MessageEdit(message);
  }
  endEdit(): void {
    this.#lastEdited = this.#editing?.message ?? null;
    this.#editing = null;
  }

  /** Returns whether the message was just being edited; true once, for the component that takes the focus. */
  claimEditFocus(message: ChatMessage): boolean {
    if (this.#lastEdited !== message) return false;
    this.#lastEdited = null;
    return true;
  }

  /** Asks the edited question as a new sibling of the old one. */
  async sendEdit(): Promise<void> {
    const edit = this.#editing;
    if (!edit) return;
    await this.#ask(this.#requireLive(), {
      content: edit.text,
      parentId: edit.message.parentId,
      idempotencyKey: edit.idempotencyKey,
    });
    this.endEdit();
  }

  /** Replaces the text of the message with the edited text. */
  async saveEdit(): Promise<void> {
    const edit = this.#editing;
    if (!edit) return;
    const live = this.#requireLive();
    const { id } = edit.message;
    await live.applyResponse(id, () => this.#deps.transport.edit(live.id, id, edit.text));
    this.endEdit();
  }

  /** Generates another version of an answer, or the first answer of a question that has none. */
  async regenerate(message: ChatMessage, model: string | null = this.model): Promise<void> {
    const live = this.#requireLive();
    live.appendExchange(await this.#deps.transport.regenerate(live.id, message.id, model ?? undefined));
  }

  /** Continues an answer that was stopped, interrupted or failed. */
  async continue(message: ChatMessage): Promise<void> {
    const live = this.#requireLive();
    await live.applyResponse(message.id, () => this.#deps.transport.continue(live.id, message.id));
  }

  /** Deletes a message with everything below it. */
  async remove(message: ChatMessage): Promise<void> {
    const live = this.#requireLive();
    await this.#deps.transport.remove(live.id, message.id);
    await live.load();
  }

  /** Switches to another version of a message and the branch below it. */
  async showSibling(messageId: string): Promise<void> {
    await this.#update({ activeMessageId: messageId });
    await this.#requireLive().load();
  }

  /** Stops the answer being generated; the text so far is kept. */
  async stop(): Promise<void> {
    await this.#deps.transport.stop(this.#requireLive().id);
  }

  async chooseModel(model: string): Promise<void> {
    this.#model = model;
    if (this.#live) await this.#update({ model });
  }

  async saveSettings(settings: ChatSettings): Promise<void> {
    this.#settings = settings;
    if (this.#live) await this.#update({ settings });
  }

  async #update(update: Parameters<ChatTransport['update']>[1]): Promise<void> {
    const live = this.#requireLive();
    live.applyChat(await this.#deps.transport.update(live.id, update));
  }

  async #deliver({ content, parentId, idempotencyKey }: PendingQuestion): Promise<void> {
    await this.#ask(this.#live ?? (await this.#create()), { content, parentId, idempotencyKey });
  }

  async #ask(live: LiveChat, question: Parameters<ChatTransport['ask']>[1]): Promise<void> {
    const exchange = await this.#deps.transport.ask(live.id, { ...question, ...this.#modelField() });
    live.appendExchange(exchange.question, exchange.answer);
  }

  /** The first question creates the chat, so that an unused new chat is never stored. */
  async #create(): Promise<LiveChat> {
    const { transport, socket, onChatCreated } = this.#deps;
    const chat = { idempotencyKey: this.#chatKey, settings: this.#settings, ...this.#modelField() };
    const created = await transport.create(chat);
    const live = new LiveChat(created.id, transport, socket, created);
    live.enter();
    this.#live = live;
    onChatCreated(this, created);
    return live;
  }

  #modelField(): { model?: string } {
    return this.model === null ? {} : { model: this.model };
  }

  #requireLive(): LiveChat {
    if (!this.#live) throw new Error('This conversation has no chat yet.');
    return this.#live;
  }
}
