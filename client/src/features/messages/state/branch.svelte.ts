import type { BranchPage, Message } from '#shared/messages';
import { ChatMessage } from './chatMessage.svelte.ts';

/**
 * The loaded part of the active branch: from some message down to the last one, oldest first. A message is the same
 * object as long as it is on the branch, so that its component is kept.
 */
export class Branch {
  #messages = $state.raw<readonly ChatMessage[]>([]);
  #nextBefore = $state.raw<string | null>(null);
  #byId = new Map<string, ChatMessage>();

  get messages(): readonly ChatMessage[] {
    return this.#messages;
  }
  /** The id to load earlier messages before; null when the first message of the chat is loaded. */
  get nextBefore(): string | null {
    return this.#nextBefore;
  }
  get last(): ChatMessage | undefined {
    return this.#messages.at(-1);
  }

  find(id: string): ChatMessage | undefined {
    return this.#byId.get(id);
  }

  /** Returns how many messages are below this one. */
  countBelow(id: string): number {
    const index = this.#messages.findIndex((message) => message.id === id);
    return index < 0 ? 0 : this.#messages.length - 1 - index;
  }

  /** Returns whether the message comes directly after the last one. */
  isFollowedBy(message: Message): boolean {
    return message.parentId === (this.last?.id ?? null);
  }

  append(message: Message, version: number): void {
    this.#setMessages([...this.#messages, this.#upsert(message, version)]);
  }

  /** Removes all messages below this one; null removes every message. */
  truncateBelow(id: string | null): void {
    const index = id === null ? -1 : this.#messages.findIndex((message) => message.id === id);
    if (id !== null && index < 0) return;
    if (id === null) this.#nextBefore = null;
    this.#setMessages(this.#messages.slice(0, index + 1));
  }

  /** Adds a page of earlier messages at the top. */
  prepend(page: BranchPage, version: number): void {
    this.#setMessages([...page.messages.map((message) => this.#upsert(message, version)), ...this.#messages]);
    this.#nextBefore = page.nextBefore;
  }

  /** Returns whether `page` connects to the loaded messages without a gap. */
  connectsTo(page: BranchPage): boolean {
    return page.nextBefore === null || this.#indexOfPage(page) !== null;
  }

  /** Replaces the end of the branch with `page`. Messages above it are kept when the page connects to them. */
  replaceEnd(page: BranchPage, version: number): void {
    // A page that reaches above the first loaded message is cut there, so that the reader's position does not move.
    const top = page.messages.findIndex(({ id }) => id === this.#messages[0]?.id);
    const index = top >= 0 ? 0 : (this.#indexOfPage(page) ?? 0);
    const replaced = page.messages.slice(Math.max(0, top)).map((message) => this.#upsert(message, version));
    if (top < 0 && index === 0) this.#nextBefore = page.nextBefore;
    this.#setMessages([...this.#messages.slice(0, index), ...replaced]);
  }

  /** Updates the loaded messages that are on `page`; adds none. */
  updateLoaded(page: BranchPage, version: number): void {
    for (const message of page.messages) this.find(message.id)?.update(message, version);
  }

  /** Returns the index at which the page begins; null when it does not connect. */
  #indexOfPage({ messages: [first] }: BranchPage): number | null {
    if (!first) return 0;
    const same = this.#messages.findIndex((message) => message.id === first.id);
    if (same >= 0) return same;
    const parent = this.#messages.findIndex((message) => message.id === first.parentId);
    return parent >= 0 ? parent + 1 : null;
  }

  #upsert(message: Message, version: number): ChatMessage {
    const known = this.find(message.id);
    known?.update(message, version);
    return known ?? new ChatMessage(message, version);
  }

  #setMessages(messages: readonly ChatMessage[]): void {
    this.#messages = messages;
    this.#byId = new Map(messages.map((message) => [message.id, message]));
  }
}
