import { limits } from '#shared/limits';
import type { BranchPage, Message } from '#shared/messages';
import { conflict, notFound, refused } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { authorize, type Actor } from '../../platform/policy.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import { chatPolicy } from '../chats/chats.policy.ts';
import { presentChat } from '../chats/chats.presenter.ts';
import type { ChatQueries, ChatRow } from '../chats/chats.queries.ts';
import type { GenerationService } from '../generation/generation.service.ts';
import type { ModelService } from '../models/models.service.ts';
import type { MessageQueries, MessageRow } from './messages.queries.ts';
import { MessageReading } from './messages.reading.ts';
import { titleFromQuestion } from './messages.titles.ts';

interface Question {
  content: string;
  parentId?: string | null;
  model?: string;
  idempotencyKey?: string;
}

/** Questions, answers and their versions. Every change of the tree and of the chat's version is one transaction. */
export class MessageService {
  #platform: Platform;
  #chats: ChatQueries;
  #messages: MessageQueries;
  #models: ModelService;
  #generation: GenerationService;
  #reading: MessageReading;

  constructor(
    platform: Platform,
    parts: {
      chats: ChatQueries;
      messages: MessageQueries;
      models: ModelService;
      generation: GenerationService;
    },
  ) {
    this.#platform = platform;
    this.#chats = parts.chats;
    this.#messages = parts.messages;
    this.#models = parts.models;
    this.#generation = parts.generation;
    this.#reading = new MessageReading(parts.messages, parts.generation);
  }

  /** The end of the active branch, as many messages as a screen or two take. */
  async activeBranch(chat: ChatRow): Promise<BranchPage> {
    return this.#reading.branch(chat.id, chat.activeMessageId, limits.branchPageSize);
  }

  /** What stands above `before` on its own branch. */
  async earlier(actor: Actor, chatId: string, before: string, limit: number): Promise<BranchPage> {
    await this.#chat(actor, 'read', chatId);
    const { parentId } = await this.#message(chatId, before);
    return this.#reading.branch(chatId, parentId, limit);
  }

  async ask(actor: Actor, chatId: string, wanted: Question): Promise<{ question: Message; answer: Message }> {
    const chat = await this.#chat(actor, 'change', chatId);
    const model = await this.#models.require(wanted.model, chat.model);
    this.#generation.requireCapacity(actor.id);
    const { question, answer, repeated } = await this.#write(chatId, async () => {
      const again = wanted.idempotencyKey && (await this.#alreadyAsked(chatId, wanted.idempotencyKey));
      if (again) return { ...again, repeated: true };
      const parentId = await this.#parentOf(chat, wanted.parentId);
      const question = await this.#add(chatId, {
        parentId,
        role: 'user',
        content: wanted.content,
        idempotencyKey: wanted.idempotencyKey ?? null,
      });
      const answer = await this.#add(chatId, {
        parentId: question.id,
        role: 'assistant',
        content: '',
        model,
      });
      const named =
        chat.titleIsAutomatic && parentId === null && chat.messageCount === 0
          ? { title: titleFromQuestion(wanted.content) }
          : {};
      await this.#changed(chatId, { ...named, model, activeMessageId: answer.id }, 2);
      return { question, answer, repeated: false };
    });
    if (!repeated) await this.#announceStart(chat, question, answer);
    return { question: await this.#reading.present(question), answer: await this.#reading.present(answer) };
  }

  /** A new version beside an answer, or the first answer to a question that has none. */
  async regenerate(
    actor: Actor,
    chatId: string,
    messageId: string,
    wanted?: string,
  ): Promise<{ answer: Message }> {
    const chat = await this.#chat(actor, 'change', chatId);
    const message = await this.#message(chatId, messageId);
    const questionId = message.role === 'user' ? message.id : message.parentId;
    if (questionId === null) throw refused('There is no question above this answer.');
    const model = await this.#models.require(wanted, chat.model);
    this.#generation.requireCapacity(actor.id);
    const answer = await this.#write(chatId, async () => {
      await this.#requireStill(chatId);
      await this.#message(chatId, questionId);
      const answer = await this.#add(chatId, { parentId: questionId, role: 'assistant', content: '', model });
      await this.#changed(chatId, { model, activeMessageId: answer.id }, 1);
      return answer;
    });
    await this.#announceStart(chat, answer);
    return { answer: await this.#reading.present(answer) };
  }

  /** Takes up an answer that was stopped, cut off or failed, in the same message. */
  async continue(actor: Actor, chatId: string, messageId: string): Promise<{ answer: Message }> {
    const chat = await this.#chat(actor, 'change', chatId);
    const message = await this.#message(chatId, messageId);
    if (message.role !== 'assistant' || !['stopped', 'interrupted', 'failed'].includes(message.status)) {
      throw refused('Only an answer that was cut off can be continued.');
    }
    const model = await this.#models.require(undefined, message.model ?? chat.model);
    this.#generation.requireCapacity(actor.id);
    const answer = await this.#write(chatId, async () => {
      await this.#requireStill(chatId);
      const answer = await this.#messages.update(messageId, { status: 'streaming', error: null, model });
      if (!answer) throw notFound();
      await this.#changed(
        chatId,
        { activeMessageId: await this.#messages.newestEndBelow(chatId, messageId) },
        0,
      );
      return answer;
    });
    this.#generation.reopen(messageId);
    await this.#announceStart(chat, answer);
    return { answer: await this.#reading.present(answer) };
  }

  async edit(actor: Actor, chatId: string, messageId: string, content: string): Promise<Message> {
    await this.#chat(actor, 'change', chatId);
    const edited = await this.#write(chatId, async () => {
      const before = await this.#message(chatId, messageId);
      if (before.status === 'streaming') throw streamingConflict();
      const mark =
        before.role === 'assistant' ? { edited: true, status: 'complete' as const, error: null } : {};
      const after = await this.#messages.update(messageId, { content, ...mark });
      await this.#changed(chatId, {}, 0);
      return after ?? before;
    });
    await this.#announce(edited);
    return this.#reading.present(edited);
  }

  /** Removes the message with everything below it. */
  async remove(actor: Actor, chatId: string, messageId: string) {
    await this.#chat(actor, 'change', chatId);
    const result = await this.#write(chatId, async () => {
      const message = await this.#message(chatId, messageId);
      const ids = await this.#messages.subtree(chatId, messageId);
      const streaming = await this.#messages.streaming(chatId);
      if (streaming.some((row) => ids.includes(row.id))) throw streamingConflict();
      await this.#messages.remove(chatId, ids);
      const chat = await this.#chats.byId(chatId);
      const activeMessageId = ids.includes(chat?.activeMessageId ?? '')
        ? await this.#endAfterRemoval(chatId, message)
        : (chat?.activeMessageId ?? null);
      const version = await this.#changed(chatId, { activeMessageId }, -ids.length);
      return { deleted: ids.length, activeMessageId, version };
    });
    this.#platform.realtime.send(rooms.chat(chatId), 'message:deleted', { chatId, ...result });
    return result;
  }

  async stop(actor: Actor, chatId: string): Promise<void> {
    await this.#chat(actor, 'change', chatId);
    await this.#generation.stop(chatId);
  }

  /** The message in one of this person's own chats; 404 otherwise. */
  async requireOwn(actor: Actor, messageId: string): Promise<MessageRow> {
    const message = await this.#messages.byId(messageId);
    if (!message) throw notFound();
    await this.#chat(actor, 'read', message.chatId);
    return message;
  }

  /** All or nothing, and one writer of the chat at a time: what is read inside is still so when it is written. */
  #write<T>(chatId: string, work: () => Promise<T>): Promise<T> {
    return this.#platform.store.tx(async () => {
      await this.#chats.lock(chatId);
      return work();
    });
  }

  async #chat(actor: Actor, action: keyof typeof chatPolicy, id: string): Promise<ChatRow> {
    return authorize(chatPolicy, actor, action, await this.#chats.byId(id));
  }

  async #message(chatId: string, id: string): Promise<MessageRow> {
    const message = await this.#messages.inChat(chatId, id);
    if (!message) throw notFound('This message is not in the chat.');
    return message;
  }

  async #alreadyAsked(chatId: string, idempotencyKey: string) {
    const question = await this.#messages.byIdempotencyKey(chatId, idempotencyKey);
    const answer = question && (await this.#messages.firstChild(chatId, question.id));
    return answer && { question, answer };
  }

  /** Where a question goes: below `wanted`, at the root for null, else at the end of the branch as it is now. */
  async #parentOf(chat: ChatRow, wanted: string | null | undefined): Promise<string | null> {
    await this.#requireStill(chat.id);
    if (wanted === null) return null;
    const now = await this.#chats.byId(chat.id);
    const id = wanted ?? now?.activeMessageId;
    if (!id) return null;
    return (await this.#message(chat.id, id)).id;
  }

  /** One answer at a time per chat: two would write over each other's place in the branch. */
  async #requireStill(chatId: string): Promise<void> {
    if ((await this.#messages.streaming(chatId)).length > 0) throw streamingConflict();
  }

  async #add(
    chatId: string,
    row: Pick<MessageRow, 'parentId' | 'role' | 'content'> &
      Partial<Pick<MessageRow, 'model' | 'idempotencyKey'>>,
  ): Promise<MessageRow> {
    const id = newId();
    await this.#messages.insert({
      id,
      chatId,
      status: row.role === 'user' ? 'complete' : 'streaming',
      ...row,
    });
    return this.#message(chatId, id);
  }

  async #changed(
    chatId: string,
    values: { title?: string; model?: string; activeMessageId?: string | null },
    added: number,
  ): Promise<number> {
    const chat = await this.#chats.byId(chatId);
    if (!chat) throw notFound();
    const messageCount = chat.messageCount + added;
    if (added > 0 && messageCount > limits.messagesPerChat) {
      throw refused(
        `A chat holds at most ${limits.messagesPerChat.toLocaleString('en')} messages. Start a new one.`,
      );
    }
    const version = await this.#chats.incrementVersion(chatId, {
      ...values,
      messageCount,
      updatedAt: this.#platform.now(),
    });
    return version ?? chat.version;
  }

  async #endAfterRemoval(chatId: string, removed: MessageRow): Promise<string | null> {
    const beside = await this.#messages.newestSibling(chatId, removed.parentId);
    const start = beside ?? removed.parentId;
    return start === null ? null : ((await this.#messages.newestEndBelow(chatId, start)) ?? null);
  }

  async #announceStart(chat: ChatRow, ...rows: MessageRow[]): Promise<void> {
    for (const row of rows) await this.#announce(row);
    const answer = rows.at(-1)!;
    this.#generation.start({ chatId: chat.id, messageId: answer.id, ownerId: chat.ownerId });
  }

  async #announce(row: MessageRow): Promise<void> {
    const chat = await this.#chats.byId(row.chatId);
    if (!chat) return;
    const { realtime } = this.#platform;
    const message = await this.#reading.present(row);
    realtime.send(rooms.chat(chat.id), 'message:updated', {
      chatId: chat.id,
      version: chat.version,
      message,
    });
    realtime.send(rooms.user(chat.ownerId), 'chat:updated', { chat: presentChat(chat) });
  }
}

const streamingConflict = () =>
  conflict('An answer is still being written. Wait for it, or stop it first.', 'streaming');
