import { limits } from '#shared/limits';
import type { Actor } from '../../platform/policy.ts';
import type { ChatQueries, ChatRow } from '../chats/chats.queries.ts';
import type { ChatService } from '../chats/chats.service.ts';
import type { MessageQueries, MessageRow } from '../messages/messages.queries.ts';
import { toOpenWebUi } from './openWebUiFormat.ts';
import { toMarkdown, toText } from './textFormats.ts';

export type ExportFormat = 'json' | 'md' | 'txt';

/** Messages read at a time: other requests are served between two pages of a long chat. */
const pageSize = 500;

interface Parts {
  chats: ChatService;
  chatQueries: ChatQueries;
  messages: MessageQueries;
}

/** Exports a person's own chats. */
export class ExportService {
  #parts: Parts;
  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Returns one chat as text: the whole tree as JSON, or the active branch as Markdown or plain text. */
  async exportChat(
    actor: Actor,
    chatId: string,
    format: ExportFormat,
  ): Promise<{ title: string; text: string }> {
    const chat = await this.#parts.chats.authorize(actor, chatId);
    if (format === 'json') return { title: chat.title, text: JSON.stringify([await this.#exportTree(chat)]) };
    const branch =
      chat.activeMessageId === null
        ? []
        : await this.#parts.messages.branch(chatId, chat.activeMessageId, limits.messagesPerChat);
    return { title: chat.title, text: (format === 'md' ? toMarkdown : toText)(chat, branch) };
  }

  /** Yields all chats, archived ones too, as the pieces of one JSON array. Holds one chat in memory at a time. */
  async *exportAll(actor: Actor): AsyncGenerator<string> {
    let separator = '[';
    for (const archived of [false, true]) {
      for await (const chat of this.#readChats(actor.id, archived)) {
        yield `${separator}${JSON.stringify(await this.#exportTree(chat))}`;
        separator = ',\n';
      }
    }
    yield separator === '[' ? '[]' : ']';
  }

  async *#readChats(ownerId: string, archived: boolean): AsyncGenerator<ChatRow> {
    const { chatQueries } = this.#parts;
    let cursor: string | undefined;
    do {
      const page = await chatQueries.list({ ownerId, archived, cursor, limit: limits.pageSizeMax });
      for (const { id } of page.items) {
        const chat = await chatQueries.byId(id);
        // Undefined when it was deleted after the page was read.
        if (chat) yield chat;
      }
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
  }

  async #exportTree(chat: ChatRow) {
    const rows: MessageRow[] = [];
    for (;;) {
      const page = await this.#parts.messages.pageOfChat(chat.id, rows.at(-1)?.seq ?? 0, pageSize);
      rows.push(...page);
      if (page.length < pageSize) return toOpenWebUi(chat, rows);
    }
  }
}
