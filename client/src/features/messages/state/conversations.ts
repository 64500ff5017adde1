import type { Chat } from '#shared/chats';
import type { ChatSocket, ChatTransport } from './chatTransport.ts';
import { Conversation } from './conversation.svelte.ts';

/** Conversations kept ready to be shown again at once. Others are read anew. */
const maxKept = 8;

interface Deps {
  transport: ChatTransport;
  socket: ChatSocket;
  modelFor: (wanted: string | null) => string | null;
}

/**
 * The conversations of this tab, by chat, and the one that is not a chat yet. What was typed outlives the page it was
 * typed on: a conversation that holds text of a person is never let go.
 */
export class Conversations {
  readonly #byId = new Map<string, Conversation>();
  #fresh: Conversation | null = null;
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The conversation of a chat, or without an id the one that is yet to begin. */
  of(id: string | null): Conversation {
    if (id === null) return (this.#fresh ??= this.#new(null));
    const conversation = this.#byId.get(id) ?? this.#new(id);
    this.#keep(id, conversation);
    return conversation;
  }

  #new(id: string | null): Conversation {
    return new Conversation(id, {
      ...this.#deps,
      made: (conversation, chat) => this.#made(conversation, chat),
    });
  }

  #made(conversation: Conversation, chat: Chat): void {
    if (this.#fresh === conversation) this.#fresh = null;
    this.#keep(chat.id, conversation);
  }

  /** The latest come last; of the others, those that can be read again go. */
  #keep(id: string, conversation: Conversation): void {
    this.#byId.delete(id);
    this.#byId.set(id, conversation);
    for (const [other, { draft, pending }] of this.#byId) {
      if (this.#byId.size <= maxKept) return;
      if (draft === '' && pending === null && other !== id) this.#byId.delete(other);
    }
  }
}
