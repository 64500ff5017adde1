import type { Platform } from '../../platform/platform.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import { presentChat } from '../chats/chats.presenter.ts';
import type { ChatQueries } from '../chats/chats.queries.ts';
import { presentMessage } from '../messages/messages.presenter.ts';
import type { MessageQueries, MessageRow } from '../messages/messages.queries.ts';

/** Tells open tabs how an answer and its chat are now. */
export class Announcer {
  #platform: Platform;
  #chats: ChatQueries;
  #messages: MessageQueries;

  constructor(platform: Platform, parts: { chats: ChatQueries; messages: MessageQueries }) {
    this.#platform = platform;
    this.#chats = parts.chats;
    this.#messages = parts.messages;
  }

  async message(row: MessageRow): Promise<void> {
    const chat = await this.#chats.byId(row.chatId);
    if (!chat) return;
    const siblings = await this.#messages.siblings(chat.id, [row]);
    const message = presentMessage(row, siblings.get(row.parentId ?? '') ?? [row.id]);
    const { realtime } = this.#platform;
    realtime.send(rooms.chat(chat.id), 'message:updated', {
      chatId: chat.id,
      version: chat.version,
      message,
    });
    realtime.send(rooms.user(chat.ownerId), 'chat:updated', { chat: presentChat(chat) });
  }

  async chat(id: string): Promise<void> {
    const chat = await this.#chats.byId(id);
    if (chat)
      this.#platform.realtime.send(rooms.user(chat.ownerId), 'chat:updated', { chat: presentChat(chat) });
  }
}
