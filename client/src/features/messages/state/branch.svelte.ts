import type { BranchPage, Message } from '#shared/messages';
import { ChatMessage } from './chatMessage.svelte.ts';

/**
 * The active branch from some message down to its end, oldest first. A message stays the same object for as long as it
 * is on the branch, so that what shows it stays, too.
 */
export class Branch {
  #messages = $state.raw<readonly ChatMessage[]>([]);
  #earlier = $state.raw<string | null>(null);
  #byId = new Map<string, ChatMessage>();

  get messages(): readonly ChatMessage[] {
    return this.#messages;
  }
  /** The message to ask for what stands above; null when the first one is here. */
  get earlier(): string | null {
    return this.#earlier;
  }
  get end(): ChatMessage | undefined {
    return this.#messages.at(-1);
  }

  find(id: string): ChatMessage | undefined {
    return this.#byId.get(id);
  }

  /** How many messages stand below this one. */
  below(id: string): number {
    const at = this.#messages.findIndex((message) => message.id === id);
    return at < 0 ? 0 : this.#messages.length - 1 - at;
  }

  append(message: Message, version: number): void {
    this.#set([...this.#messages, this.#one(message, version)]);
  }

  /** Removes everything below the message; null removes all. */
  cutBelow(id: string | null): void {
    const at = id === null ? -1 : this.#messages.findIndex((message) => message.id === id);
    if (id !== null && at < 0) return;
    if (id === null) this.#earlier = null;
    this.#set(this.#messages.slice(0, at + 1));
  }

  /** Puts a page above the first message. */
  prepend(page: BranchPage, version: number): void {
    this.#set([...page.messages.map((message) => this.#one(message, version)), ...this.#messages]);
    this.#earlier = page.nextBefore;
  }

  /** Whether `page` joins what is here, without a hole between them. */
  joins(page: BranchPage): boolean {
    return page.nextBefore === null || this.#placeOf(page) !== null;
  }

  /** Takes the end of the branch as it is now. What stands above it stays where the page joins it. */
  take(page: BranchPage, version: number): void {
    // A page that reaches further up than what is here would move it.
    const top = page.messages.findIndex(({ id }) => id === this.#messages[0]?.id);
    const place = top >= 0 ? 0 : (this.#placeOf(page) ?? 0);
    const taken = page.messages.slice(Math.max(0, top)).map((message) => this.#one(message, version));
    if (top < 0 && place === 0) this.#earlier = page.nextBefore;
    this.#set([...this.#messages.slice(0, place), ...taken]);
  }

  /** Takes news of messages that are here already. */
  refresh(page: BranchPage, version: number): void {
    for (const message of page.messages) this.find(message.id)?.take(message, version);
  }

  /** The number of messages that stand above the page; null when it does not join. */
  #placeOf({ messages: [first] }: BranchPage): number | null {
    if (!first) return 0;
    const same = this.#messages.findIndex((message) => message.id === first.id);
    if (same >= 0) return same;
    const parent = this.#messages.findIndex((message) => message.id === first.parentId);
    return parent >= 0 ? parent + 1 : null;
  }

  #one(message: Message, version: number): ChatMessage {
    const known = this.find(message.id);
    known?.take(message, version);
    return known ?? new ChatMessage(message, version);
  }

  #set(messages: readonly ChatMessage[]): void {
    this.#messages = messages;
    this.#byId = new Map(messages.map((message) => [message.id, message]));
  }
}
