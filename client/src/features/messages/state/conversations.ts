import type { Chat } from '#shared/chats';
import type { ChatSocket, ChatTransport } from './chatTransport.ts';
import { Conversation } from './conversation.svelte.ts';

/** Conversations kept in memory, to be shown again immediately. Others are loaded again. */
const maxCached = 8;

interface Deps {
  transport: ChatTransport;
  socket: ChatSocket;
  modelFor: (requested: string | null) => string | null;
}

/**
 * The conversations of this tab by chat, and the one that has no chat yet. Drafts are kept when the page is left: a
 * conversation that holds unsent text is never dropped.
 */
export class Conversations {
  readonly #byId = new Map<string, Conversation>();
  #newChat: Conversation | null = null;
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Returns the conversation of a chat, or the one without a chat when `id` is null. */
  get(id: string | null): Conversation {
    if (id === null) return (this.#newChat ??= this.#create(null));
    const conversation = this.#byId.get(id) ?? this.#create(id);
    this.#cache(id, conversation);
    return conversation;
  }

  #create(id: string | null): Conversation {
    return new Conversation(id, {
      ...this.#deps,
      onChatCreated: (conversation, chat) => this.#onChatCreated(conversation, chat),
    });
  }

  #onChatCreated(conversation: Conversation, chat: Chat): void {
    if (this.#newChat === conversation) this.#newChat = null;
    this.#cache(chat.id, conversation);
  }

  /** Moves the conversation to the end, and drops the least recently used ones that hold no unsent text. */
  #cache(id: string, conversation: Conversation): void {
    this.#byId.delete(id);
    this.#byId.set(id, conversation);
    for (const [other, { draft, pending }] of this.#byId) {
      if (this.#byId.size <= maxCached) return;
      if (draft === '' && pending === null && other !== id) this.#byId.delete(other);
    }
  }
}
