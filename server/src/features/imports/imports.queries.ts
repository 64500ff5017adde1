import { and, eq } from 'drizzle-orm';
import { setImmediate as otherWork } from 'node:timers/promises';
import { foldText } from '../../platform/db/searchText.ts';
import { newId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { MessageQueries } from '../messages/messages.queries.ts';
import type { ImportedChat, ImportedMessage } from './formats/importedChat.ts';
import { sliceMessages } from './reader/messageSlices.ts';

/** What is written before others get a turn: SQLite writes on the event loop, so much in about 10 ms. */
const atOnce = { messages: 100, characters: 250_000 };

export class ImportQueries {
  #platform: Platform;
  #messages: MessageQueries;
  constructor(platform: Platform, messages: MessageQueries) {
    this.#platform = platform;
    this.#messages = messages;
  }

  /**
   * Stores the chat with all its messages; call inside a transaction. False when this person has it already: that it
   * is there once is for the database to say, however many imports run at once.
   */
  async insert(ownerId: string, chat: ImportedChat): Promise<boolean> {
    if (await this.#isOwn(ownerId, chat.externalId)) return false;
    const chatId = newId();
    const ids = new Map([[chat.activeExternalId, newId()]]);
    if (!(await this.#insertChat(chatId, ownerId, ids.get(chat.activeExternalId)!, chat))) return false;
    let isFirst = true;
    for (const slice of sliceMessages(chat.messages, atOnce)) {
      if (!isFirst) await otherWork();
      isFirst = false;
      for (const { externalId } of slice) if (!ids.has(externalId)) ids.set(externalId, newId());
      await this.#messages.insert(...slice.map((message) => row(chatId, ids, message)));
    }
    return true;
  }

  /** One's own export, imported again: the chat it was made from is still here. */
  async #isOwn(ownerId: string, id: string): Promise<boolean> {
    const { db, t } = this.#platform.store;
    const rows = await db
      .select({ id: t.chats.id })
      .from(t.chats)
      .where(and(eq(t.chats.id, id), eq(t.chats.ownerId, ownerId)))
      .limit(1);
    return rows.length > 0;
  }

  async #insertChat(
    id: string,
    ownerId: string,
    activeMessageId: string,
    chat: ImportedChat,
  ): Promise<boolean> {
    const { store } = this.#platform;
    const inserted = await store.db
      .insert(store.t.chats)
      .values({
        id,
        ownerId,
        title: chat.title,
        titleKey: foldText(chat.title),
        titleIsAutomatic: false,
        // What is put away does not stay on top, as everywhere here.
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
      })
      .onConflictDoNothing()
      .returning({ id: store.t.chats.id });
    return inserted.length > 0;
  }
}

/** Ids of other products mean nothing here: two chats, or two people, may import the same ones. */
const row = (chatId: string, ids: Map<string, string>, message: ImportedMessage) => ({
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
