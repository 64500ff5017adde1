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
  /** The model that answers when `wanted` is asked for: another where it is gone, null where there is none. */
  modelFor: (wanted: string | null) => string | null;
  /** Called once, when the first question has made the chat. */
  made: (conversation: Conversation, chat: Chat) => void;
}

/**
 * A conversation as a person holds it: what they are typing, the question on its way, and what they do with what was
 * said. Before its first question it is no chat yet (`id` is null).
 *
 * Consistency: a text leaves `draft` only for `pending`, and `pending` only when the server has it or when it goes back.
 */
export class Conversation {
  /** What is being typed. */
  draft = $state('');
  #live: LiveChat | null;
  #editing = $state.raw<MessageEdit | null>(null);
  #edited: ChatMessage | null = null;
  #model = $state<string | null>(null);
  #settings = $state.raw<ChatSettings>({});
  /** As in PendingQuestion, for the chat itself. */
  readonly #chatKey = newIdempotencyKey();
  readonly #outbox = new Outbox({
    deliver: (question) => this.#deliver(question),
    // What was typed since stays below it.
    giveBack: (content) => (this.draft = this.draft === '' ? content : `${content}\n\n${this.draft}`),
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
  /** The question that the server does not have yet. */
  get pending(): PendingQuestion | null {
    const pending = this.#outbox.question;
    // News of the question may be quicker than the answer to the request; it ends the branch, or its answer does.
    const arrived = this.messages.slice(-2).some(({ role, parentId, content }) => {
      return role === 'user' && parentId === pending?.parentId && content === pending.content;
    });
    return arrived ? null : pending;
  }
  /** A question is on its way. */
  get sending(): boolean {
    return this.#outbox.sending;
  }
  /** Why the last question was not taken; it is in `draft` again. */
  get refusal(): string | null {
    return this.#outbox.refusal;
  }
  /** The message being written anew; one at a time. */
  get editing(): MessageEdit | null {
    return this.#editing;
  }
  /** News arrives at present. */
  get connected(): boolean {
    return this.#deps.socket.connected;
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
  /** Characters of the draft beyond what one question may have. */
  get excess(): number {
    return Math.max(0, this.draft.length - limits.messageContent);
  }
  get canSend(): boolean {
    const loaded = !this.#live || this.#live.phase === 'ready';
    const still = !this.generating && !this.sending && this.pending === null;
    return loaded && still && this.excess === 0 && /\S/.test(this.draft);
  }
  /** The question that Arrow Up takes up again. */
  get lastQuestion(): ChatMessage | undefined {
    return this.messages.findLast((message) => message.role === 'user');
  }

  enter(): void {
    this.#live?.enter();
  }
  leave(): void {
    this.#live?.leave();
  }

  /** Sends the draft. Never rejects: `pending` and `refusal` tell. */
  async send(): Promise<void> {
    if (!this.canSend) return;
    const content = this.draft;
    this.draft = '';
    await this.#outbox.send(content, this.messages.at(-1)?.id ?? null);
  }

  /** Sends the question that did not arrive once more. */
  retry(): Promise<void> {
    return this.#outbox.retry();
  }

  /** Puts the question that did not arrive back under the cursor. */
  takeBack(): void {
    this.#outbox.takeBack();
  }

  dismissRefusal(): void {
    this.#outbox.dismissRefusal();
  }

  /** Begins to change a message. One that is being changed already stays as it is. */
  beginEdit(message: ChatMessage): void {
    if (this.#editing?.message !== message) this.#editing = new MessageEdit(message);
  }
  endEdit(): void {
    this.#edited = this.#editing?.message ?? null;
    this.#editing = null;
  }

  /** Whether the message was being changed until just now; true once, for whoever takes the focus back to it. */
  wasEdited(message: ChatMessage): boolean {
    if (this.#edited !== message) return false;
    this.#edited = null;
    return true;
  }

  /** Asks the edited question: a version beside the old one. */
  async askEdited(): Promise<void> {
    const [live, edit] = [this.#require(), this.#editing];
    if (!edit) return;
    const { question, answer } = await this.#deps.transport.ask(live.id, {
      content: edit.text,
      parentId: edit.message.parentId,
      idempotencyKey: edit.idempotencyKey,
      ...this.#withModel(),
    });
    live.takeEnd(question, answer);
    this.endEdit();
  }

  /** Puts the edited text in the place of the old one. */
  async saveEdit(): Promise<void> {
    const [live, edit] = [this.#require(), this.#editing];
    if (!edit) return;
    const { id } = edit.message;
    await live.takeAnswer(id, () => this.#deps.transport.edit(live.id, id, edit.text));
    this.endEdit();
  }

  /** Another version of an answer, by the chat's model or by another one; the first one below a question without. */
  async regenerate(message: ChatMessage, model: string | null = this.model): Promise<void> {
    const live = this.#require();
    live.takeEnd(await this.#deps.transport.regenerate(live.id, message.id, model ?? undefined));
  }

  /** Lets an answer that was cut off go on. */
  async continue(message: ChatMessage): Promise<void> {
    const live = this.#require();
    await live.takeAnswer(message.id, () => this.#deps.transport.continue(live.id, message.id));
  }

  /** Removes a message with everything below it. */
  async remove(message: ChatMessage): Promise<void> {
    const live = this.#require();
    await this.#deps.transport.remove(live.id, message.id);
    await live.read();
  }

  /** Goes over to another version of a message and the branch below that. */
  async show(messageId: string): Promise<void> {
    await this.#change({ activeMessageId: messageId });
    await this.#require().read();
  }

  /** Ends the answer being written; what came is kept. */
  async stop(): Promise<void> {
    await this.#deps.transport.stop(this.#require().id);
  }

  async chooseModel(model: string): Promise<void> {
    this.#model = model;
    if (this.#live) await this.#change({ model });
  }

  async saveSettings(settings: ChatSettings): Promise<void> {
    this.#settings = settings;
    if (this.#live) await this.#change({ settings });
  }

  async #change(changes: Parameters<ChatTransport['change']>[1]): Promise<void> {
    const live = this.#require();
    live.takeChat(await this.#deps.transport.change(live.id, changes));
  }

  async #deliver({ content, parentId, idempotencyKey }: PendingQuestion): Promise<void> {
    const live = this.#live ?? (await this.#make());
    const wanted = { content, parentId, idempotencyKey, ...this.#withModel() };
    const { question, answer } = await this.#deps.transport.ask(live.id, wanted);
    live.takeEnd(question, answer);
  }

  /** The chat is made by its first question, so that leaving an empty one leaves nothing behind. */
  async #make(): Promise<LiveChat> {
    const { transport, socket, made } = this.#deps;
    const chat = await transport.create({
      idempotencyKey: this.#chatKey,
      settings: this.#settings,
      ...this.#withModel(),
    });
    const live = new LiveChat(chat.id, transport, socket, chat);
    live.enter();
    this.#live = live;
    made(this, chat);
    return live;
  }

  #withModel(): { model?: string } {
    const model = this.model;
    return model === null ? {} : { model };
  }

  #require(): LiveChat {
    if (!this.#live) throw new Error('This conversation has no chat yet.');
    return this.#live;
  }
}
