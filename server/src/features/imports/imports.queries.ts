import { newId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ChatQueries } from '../chats/chats.queries.ts';
import type { MessageQueries } from '../messages/messages.queries.ts';
import type { ImportedChat, ImportedMessage } from './formats/importedChat.ts';
import { sliceMessages } from './reader/messageSlices.ts';

/** Messages written between two pauses. SQLite writes them on the event loop, in about 10 ms. */
const sliceLimits = { messages: 100, characters: 250_000 };

export class ImportQueries {
  #platform: Platform;
  #chats: ChatQueries;
  #messages: MessageQueries;

  constructor(platform: Platform, chats: ChatQueries, messages: MessageQueries) {
    this.#platform = platform;
    this.#chats = chats;
    this.#messages = messages;
  }

  /**
   * Inserts a chat with all its messages; call inside a transaction. Returns false if this user already has the chat,
   * which a unique constraint decides when several imports run at once.
   */
  async insert(ownerId: string, chat: ImportedChat): Promise<boolean> {
    if (await this.#isOwnChat(ownerId, chat.externalId)) return false;
    const chatId = newId();
    const ids = new Map([[chat.activeExternalId, newId()]]);
    if (!(await this.#insertChat(chatId, ownerId, ids.get(chat.activeExternalId)!, chat))) return false;
    let isFirst = true;
    for (const slice of sliceMessages(chat.messages, sliceLimits)) {
      if (!isFirst) await this.#platform.store.pauseTx();
      isFirst = false;
      for (const { externalId } of slice) if (!ids.has(externalId)) ids.set(externalId, newId());
      await this.#messages.insert(...slice.map((message) => rowOf(chatId, ids, message)));
    }
    return true;
  }

  /** Whether the chat was exported from this instance by its owner and still exists. */
  async #isOwnChat(ownerId: string, id: string): Promise<boolean> {
    return (await this.#chats.byId(id))?.ownerId === ownerId;
  }

  async #insertChat(
    id: string,
    ownerId: string,
    activeMessageId: string,
    chat: ImportedChat,
  ): Promise<boolean> {
    return this.#chats.insertIfNew({
      id,
      ownerId,
      title: chat.title,
      titleIsAutomatic: false,
      // Archived chats are unpinned.
      pinned: chat.pinned && !chat.archived,
      archived: chat.archived,
      model: chat.model,
      settings: chat.settings,
      activeMessageId,
      messageCount: chat.messages.length,
      source: chat.source,
      sourceId: chat.externalId,
      createdAt: chat.createdAt,
      updatedAt: chat.updatedAt,
    });
  }
}

/** Messages get new ids, because several chats, or users, may import the same external ids. */
const rowOf = (chatId: string, ids: Map<string, string>, message: ImportedMessage) => ({
  id: ids.get(message.externalId)!,
  chatId,
  parentId: message.parentExternalId === null ? null : (ids.get(message.parentExternalId) ?? null),
  role: message.role,
  content: message.content,
  reasoning: message.reasoning,
  reasoningMs: message.reasoningMs,
  model: message.model,
  status: 'complete' as const,
  createdAt: message.createdAt,
});
