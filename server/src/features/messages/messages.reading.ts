import type { BranchPage, Message } from '#shared/messages';
import type { GenerationService } from '../generation/generation.service.ts';
import { presentMessage } from './messages.presenter.ts';
import type { MessageQueries, MessageRow } from './messages.queries.ts';

/** Messages as their reader gets them: with their siblings, and with what is being written at this moment. */
export class MessageReading {
  #messages: MessageQueries;
  #generation: GenerationService;

  constructor(messages: MessageQueries, generation: GenerationService) {
    this.#messages = messages;
    this.#generation = generation;
  }

  /** The branch that ends at `endId`, its last `limit` messages; null stands for the place above the root. */
  async branch(chatId: string, endId: string | null, limit: number): Promise<BranchPage> {
    if (endId === null) return { messages: [], nextBefore: null };
    const rows = await this.#messages.branch(chatId, endId, limit);
    const first = rows[0];
    return {
      messages: await this.#withSiblings(chatId, rows),
      nextBefore: first?.parentId ? first.id : null,
    };
  }

  async present(row: MessageRow): Promise<Message> {
    const [message] = await this.#withSiblings(row.chatId, [row]);
    return message!;
  }

  async #withSiblings(chatId: string, rows: MessageRow[]): Promise<Message[]> {
    const siblings = await this.#messages.siblings(chatId, rows);
    return rows.map((row) =>
      presentMessage(this.#generation.withLiveText(row), siblings.get(row.parentId ?? '') ?? [row.id]),
    );
  }
}
