import type { Message } from '#shared/messages';
import type { Platform } from '../../platform/platform.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import type { ChatQueries } from '../chats/chats.queries.ts';
import type { ChatService } from '../chats/chats.service.ts';
import { presentMessage } from './messages.presenter.ts';
import type { MessageQueries, MessageRow } from './messages.queries.ts';

interface Parts {
  chats: ChatService;
  chatQueries: ChatQueries;
  queries: MessageQueries;
}

/** Builds every `Message` that leaves the server. Only this class sends messages to open tabs. */
export class MessageAnnouncer {
  #platform: Platform;
  #parts: Parts;

  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
  }

  /** Returns the rows of one chat with their siblings. Callers apply live text first if an answer may be streaming. */
  async present(chatId: string, rows: MessageRow[]): Promise<Message[]> {
    const siblings = await this.#parts.queries.siblings(chatId, rows);
    return rows.map((row) => presentMessage(row, siblings.get(row.parentId ?? '') ?? [row.id]));
  }

  /** Sends the message to the tabs that have its chat open, and the chat to all tabs of its owner. */
  async announce(row: MessageRow): Promise<void> {
    const { chats, chatQueries } = this.#parts;
    const chat = await chatQueries.byId(row.chatId);
    if (!chat) return;
    const [message] = await this.present(chat.id, [row]);
    this.#platform.realtime.send(rooms.chat(chat.id), 'message:updated', {
      chatId: chat.id,
      version: chat.version,
      message: message!,
    });
    chats.sendUpdated(chat);
  }
}
