import type { Actor } from '../../platform/policy.ts';
import type { ChatQueries, ChatRow } from '../chats/chats.queries.ts';
import type { ChatService } from '../chats/chats.service.ts';
import { branchOf, readSlices, readTree } from '../messages/longChats.service.ts';
import type { MessageQueries } from '../messages/messages.queries.ts';
import { toOpenWebUi, type ChatContent } from './openWebUiFormat.ts';
import { toMarkdown, toText } from './textFormats.ts';

const formats = { json: toJson, md: toMarkdown, txt: toText };
export type ExportFormat = keyof typeof formats;

/** Ids of chats read at a time, in a few milliseconds. */
const idsPerPage = 1_000;

interface Parts {
  chats: ChatService;
  chatQueries: ChatQueries;
  messages: MessageQueries;
}

/**
 * Exports a person's own chats as pieces of text, each as long as a few messages. A piece is read when the one before it
 * has been taken, so that neither memory nor the event loop depends on the size of a chat.
 */
export class ExportService {
  #parts: Parts;
  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Returns one chat: the whole tree as JSON, or the active branch as Markdown or plain text. */
  async exportChat(
    actor: Actor,
    chatId: string,
    format: ExportFormat,
  ): Promise<{ title: string; pieces: AsyncIterable<string> }> {
    const chat = await this.#parts.chats.authorize(actor, chatId);
    return { title: chat.title, pieces: formats[format](chat, await this.#contentOf(chat)) };
  }

  /** Yields all chats, archived ones too, as one JSON array. */
  async *exportAll(actor: Actor): AsyncGenerator<string> {
    let separator = '[';
    for (const id of await this.#idsOf(actor)) {
      const chat = await this.#parts.chatQueries.byId(id);
      // Undefined when it was deleted after the ids were read.
      if (!chat) continue;
      yield separator;
      yield* toOpenWebUi(chat, await this.#contentOf(chat));
      separator = ',\n';
    }
    yield separator === '[' ? '[]' : ']';
  }

  /**
   * Returns the ids of the person's chats. They are read before the first chat is: a chat that changes moves in the list,
   * and would otherwise be missing or exported twice.
   */
  async #idsOf(actor: Actor): Promise<Set<string>> {
    const ids = new Set<string>();
    for (const archived of [false, true]) {
      let last: { id: string; updatedAt: number } | undefined;
      do {
        const page = await this.#parts.chatQueries.idsOf(actor.id, archived, last, idsPerPage);
        for (const { id } of page) ids.add(id);
        last = page.length < idsPerPage ? undefined : page.at(-1);
      } while (last);
    }
    return ids;
  }

  async #contentOf(chat: ChatRow): Promise<ChatContent> {
    const { messages } = this.#parts;
    const tree = await readTree(messages, chat.id);
    const branch = branchOf(tree, chat.activeMessageId);
    return { tree, branch, read: (nodes) => readSlices(messages, nodes) };
  }
}

/** A list of one chat, like the export of all chats. */
async function* toJson(chat: ChatRow, content: ChatContent): AsyncGenerator<string> {
  yield '[';
  yield* toOpenWebUi(chat, content);
  yield ']';
}
