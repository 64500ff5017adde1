import { limits } from '#shared/limits';
import type { BranchPage, Message } from '#shared/messages';
import { notFound } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import type { ChatRow } from '../chats/chats.queries.ts';
import type { ChatService } from '../chats/chats.service.ts';
import type { MessageAnnouncer } from './announcer.service.ts';
import { streamingConflict, type MessageChanges } from './messageChanges.ts';
import type { AnswerWriter } from './messages.contract.ts';
import type { MessageQueries, MessageRow } from './messages.queries.ts';

/** Bytes of text on one page of a branch, so that a page of the longest messages does not hold up other requests. */
const pageBytes = 2_000_000;

interface Parts {
  chats: ChatService;
  queries: MessageQueries;
  changes: MessageChanges;
  announcer: MessageAnnouncer;
  answers: AnswerWriter;
}

/** Reads, edits and removes messages. */
export class MessageService {
  #platform: Platform;
  #parts: Parts;

  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
  }

  /** Returns the last page of the active branch. */
  async activeBranch(chat: ChatRow): Promise<BranchPage> {
    return this.#branch(chat.id, chat.activeMessageId, limits.branchPageSize);
  }

  /** Returns the messages above `before` on its own branch. */
  async earlier(actor: Actor, chatId: string, before: string, limit: number): Promise<BranchPage> {
    await this.#parts.chats.authorize(actor, chatId);
    const { parentId } = await this.#parts.changes.require(chatId, before);
    return this.#branch(chatId, parentId, limit);
  }

  /** Returns the chat's version and the ids of its answers that are being written. */
  async watchState(actor: Actor, chatId: string): Promise<{ version: number; streaming: string[] }> {
    const { version } = await this.#parts.chats.authorize(actor, chatId);
    const streaming = await this.#parts.queries.streaming(chatId);
    return { version, streaming: streaming.map((row) => row.id) };
  }

  /** Returns a message of one of the actor's own chats, with all text received so far. Throws 404 otherwise. */
  async readOwn(actor: Actor, messageId: string): Promise<MessageRow> {
    const { queries, chats, answers } = this.#parts;
    const message = await queries.byId(messageId);
    if (!message) throw notFound();
    await chats.authorize(actor, message.chatId);
    return answers.withLiveText(message);
  }

  async edit(actor: Actor, chatId: string, messageId: string, content: string): Promise<Message> {
    const { chats, changes, queries, announcer } = this.#parts;
    await chats.authorize(actor, chatId);
    const added = content.length - (await changes.require(chatId, messageId)).content.length;
    if (added > 0) await chats.requireSpace(actor, added);
    const edited = await changes.withLockedChat(chatId, async (chat) => {
      const { role, status } = await changes.require(chatId, messageId);
      if (status === 'streaming') throw streamingConflict();
      const marks = role === 'assistant' ? { edited: true, status: 'complete' as const, error: null } : {};
      await queries.update(messageId, { content, ...marks });
      await changes.record(chat, {}, 0);
      return changes.require(chatId, messageId);
    });
    await announcer.announce(edited);
    const [message] = await announcer.present(chatId, [edited]);
    return message!;
  }

  /** Removes the message and everything below it. */
  async remove(actor: Actor, chatId: string, messageId: string) {
    const { chats, changes, queries } = this.#parts;
    await chats.authorize(actor, chatId);
    const result = await changes.withLockedChat(chatId, async (chat) => {
      const message = await changes.require(chatId, messageId);
      const ids = await queries.subtree(chatId, messageId);
      const streaming = await queries.streaming(chatId);
      if (streaming.some((row) => ids.includes(row.id))) throw streamingConflict();
      await queries.remove(chatId, ids);
      const activeMessageId = ids.includes(chat.activeMessageId ?? '')
        ? await this.#leafAfterRemoval(chatId, message)
        : chat.activeMessageId;
      const version = await changes.record(chat, { activeMessageId }, -ids.length);
      return { deleted: ids.length, activeMessageId, version };
    });
    this.#platform.realtime.send(rooms.chat(chatId), 'message:deleted', { chatId, ...result });
    return result;
  }

  /** Returns the last `limit` messages of the branch that ends at `leafId`; none for null. */
  async #branch(chatId: string, leafId: string | null, limit: number): Promise<BranchPage> {
    if (leafId === null) return { messages: [], nextBefore: null };
    const { queries, answers, announcer } = this.#parts;
    const stored = await queries.branch(chatId, leafId, limit, pageBytes);
    const rows = await Promise.all(stored.map((row) => answers.withLiveText(row)));
    const first = rows[0];
    return {
      messages: await announcer.present(chatId, rows),
      nextBefore: first?.parentId ? first.id : null,
    };
  }

  /** Returns the new active leaf: the newest one below the newest sibling, or the parent when there is none. */
  async #leafAfterRemoval(chatId: string, { parentId }: MessageRow): Promise<string | null> {
    const { queries } = this.#parts;
    const start = (await queries.newestChild(chatId, parentId)) ?? parentId;
    return start === null ? null : ((await queries.newestLeafBelow(chatId, start)) ?? null);
  }
}
