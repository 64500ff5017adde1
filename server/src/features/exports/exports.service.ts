import { limits } from '#shared/limits';
import type { Actor } from '../../platform/policy.ts';
import type { ChatQueries, ChatRow } from '../chats/chats.queries.ts';
import type { ChatService } from '../chats/chats.service.ts';
import type { MessageQueries, MessageRow } from '../messages/messages.queries.ts';
import { toOpenWebUi } from './openWebUiFormat.ts';
import { toMarkdown, toText } from './textFormats.ts';

export type Format = 'json' | 'md' | 'txt';

/** Messages read at a time, so that a long export keeps nobody waiting. */
const pageSize = 500;

export class ExportService {
  #chats: ChatService;
  #chatQueries: ChatQueries;
  #messages: MessageQueries;

  constructor(parts: { chats: ChatService; chatQueries: ChatQueries; messages: MessageQueries }) {
    this.#chats = parts.chats;
    this.#chatQueries = parts.chatQueries;
    this.#messages = parts.messages;
  }

  /** One of one's own chats, as text of the format. */
  async one(actor: Actor, chatId: string, format: Format): Promise<{ title: string; text: string }> {
    const chat = await this.#chats.authorize(actor, 'read', chatId);
    if (format === 'json') return { title: chat.title, text: JSON.stringify([await this.#whole(chat)]) };
    const branch =
      chat.activeMessageId === null
        ? []
        : await this.#messages.branch(chatId, chat.activeMessageId, limits.messagesPerChat);
    return { title: chat.title, text: (format === 'md' ? toMarkdown : toText)(chat, branch) };
  }

  /** All of one's own chats, archived ones too, as the pieces of one JSON array. Holds one chat at a time. */
  async *all(actor: Actor): AsyncGenerator<string> {
    let separator = '[';
    for (const archived of [false, true]) {
      let cursor: string | undefined;
      do {
        const page = await this.#chatQueries.list({
          ownerId: actor.id,
          archived,
          cursor,
          limit: limits.pageSizeMax,
        });
        for (const { id } of page.items) {
          const chat = await this.#chatQueries.byId(id);
          if (!chat) continue;
          yield `${separator}${JSON.stringify(await this.#whole(chat))}`;
          separator = ',\n';
        }
        cursor = page.nextCursor ?? undefined;
      } while (cursor);
    }
    yield separator === '[' ? '[]' : ']';
  }

  async #whole(chat: ChatRow) {
    const rows: MessageRow[] = [];
    for (;;) {
      const page = await this.#messages.pageOfChat(chat.id, rows.at(-1)?.seq ?? 0, pageSize);
      rows.push(...page);
      if (page.length < pageSize) return toOpenWebUi(chat, rows);
    }
  }
}
