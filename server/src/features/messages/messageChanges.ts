import { limits } from '#shared/limits';
import { conflict, notFound, refused } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ChatQueries, ChatRow } from '../chats/chats.queries.ts';
import type { MessageQueries, MessageRow } from './messages.queries.ts';

interface Parts {
  chatQueries: ChatQueries;
  queries: MessageQueries;
}
type NewMessage = Pick<MessageRow, 'parentId' | 'role' | 'content'> &
  Partial<Pick<MessageRow, 'model' | 'idempotencyKey'>>;
interface ChatChanges {
  title?: string;
  model?: string;
  activeMessageId?: string | null;
}

export const streamingConflict = () =>
  conflict('An answer is still being written. Wait for it to finish, or stop it first.', 'streaming');

/** What all changes of a message tree share: locking the chat, checks, and the chat's new version. */
export class MessageChanges {
  #platform: Platform;
  #parts: Parts;

  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
  }

  /** Runs `work` in a transaction with the chat locked, so that what it reads is still valid when it writes. */
  withLockedChat<T>(chatId: string, work: (chat: ChatRow) => Promise<T>): Promise<T> {
    const { chatQueries } = this.#parts;
    return this.#platform.store.tx(async () => {
      await chatQueries.lock(chatId);
      const chat = await chatQueries.byId(chatId);
      if (!chat) throw notFound();
      return work(chat);
    });
  }

  /** Returns the message; throws 404 when it is not in the chat. */
  async require(chatId: string, id: string): Promise<MessageRow> {
    const message = await this.#parts.queries.byIdInChat(chatId, id);
    if (!message) throw notFound('This message is not in the chat.');
    return message;
  }

  /** One answer at a time per chat: a second one would replace the first one in the active branch. */
  async requireNotStreaming(chatId: string): Promise<void> {
    if ((await this.#parts.queries.streaming(chatId)).length > 0) throw streamingConflict();
  }

  /** Stores a question as complete, an answer as streaming and written by this node. */
  async add(chatId: string, values: NewMessage): Promise<MessageRow> {
    const id = newId();
    const state =
      values.role === 'user'
        ? { status: 'complete' as const }
        : { status: 'streaming' as const, writerId: this.#platform.cluster.nodeId };
    await this.#parts.queries.insert({ id, chatId, ...state, ...values });
    return this.require(chatId, id);
  }

  /** Stores an answer that was cut off as streaming again, written by this node. */
  async reopen(id: string, model: string): Promise<MessageRow> {
    const writerId = this.#platform.cluster.nodeId;
    const row = await this.#parts.queries.update(id, { status: 'streaming', error: null, model, writerId });
    if (!row) throw notFound();
    return row;
  }

  /** Records the change on the chat and returns its new version. `added` is negative when messages were removed. */
  async record(chat: ChatRow, values: ChatChanges, added: number): Promise<number> {
    const messageCount = chat.messageCount + added;
    if (added > 0 && messageCount > limits.messagesPerChat) {
      throw refused(
        `A chat holds at most ${limits.messagesPerChat.toLocaleString('en')} messages. Start a new one.`,
      );
    }
    const version = await this.#parts.chatQueries.incrementVersion(chat.id, {
      ...values,
      messageCount,
      updatedAt: this.#platform.now(),
    });
    return version ?? chat.version;
  }
}
