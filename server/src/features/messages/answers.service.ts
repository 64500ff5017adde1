import type { Message } from '#shared/messages';
import { refused } from '../../platform/errors.ts';
import type { Actor } from '../../platform/policy.ts';
import type { ChatRow } from '../chats/chats.queries.ts';
import type { ChatService } from '../chats/chats.service.ts';
import type { ModelService } from '../models/models.service.ts';
import type { MessageAnnouncer } from './announcer.service.ts';
import type { MessageChanges } from './messageChanges.ts';
import type { AnswerWriter } from './messages.contract.ts';
import type { MessageQueries, MessageRow } from './messages.queries.ts';

interface Question {
  content: string;
  /** Absent: below the active branch. Null: a new root. */
  parentId?: string | null;
  model?: string;
  idempotencyKey?: string;
}
interface Parts {
  chats: ChatService;
  queries: MessageQueries;
  changes: MessageChanges;
  announcer: MessageAnnouncer;
  answers: AnswerWriter;
  models: ModelService;
}

const continuable = ['stopped', 'interrupted', 'failed'];

/** Stores questions and starts answers: an answer is stored empty in a transaction, then written by a run. */
export class AnswerService {
  #parts: Parts;
  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async ask(
    actor: Actor,
    chatId: string,
    request: Question,
  ): Promise<{ question: Message; answer: Message }> {
    const { chats, changes, models } = this.#parts;
    const { model: requestedModel, content, idempotencyKey = null } = request;
    const { model: chatModel } = await chats.authorize(actor, chatId);
    await chats.requireSpace(actor, content.length);
    const model = await models.require(requestedModel, chatModel);
    const { question, answer, isRepeated } = await this.#withCapacity(actor, chatId, async (chat) => {
      const existing = idempotencyKey && (await this.#alreadyAsked(chatId, idempotencyKey));
      if (existing) return { ...existing, isRepeated: true };
      await changes.requireNotStreaming(chatId);
      const parentId = await this.#parentFor(chat, request.parentId);
      const question = await changes.add(chatId, { parentId, role: 'user', content, idempotencyKey });
      const answer = await this.#addAnswer(chatId, question.id, model);
      const title = chats.titleForQuestion(chat, content);
      await changes.record(chat, { title, model, activeMessageId: answer.id }, 2);
      return { question, answer, isRepeated: false };
    });
    if (!isRepeated) await this.#start(actor, question, answer);
    return { question: await this.#present(question), answer: await this.#present(answer) };
  }

  /** Adds another version of an answer, or the first answer to a question that has none. */
  async regenerate(
    actor: Actor,
    chatId: string,
    messageId: string,
    requestedModel?: string,
  ): Promise<{ answer: Message }> {
    const { chats, changes, models } = this.#parts;
    const { model: chatModel } = await chats.authorize(actor, chatId);
    await chats.requireSpace(actor);
    const message = await changes.require(chatId, messageId);
    const questionId = message.role === 'user' ? message.id : message.parentId;
    if (questionId === null) throw refused('There is no question above this answer.');
    const model = await models.require(requestedModel, chatModel);
    const answer = await this.#withCapacity(actor, chatId, async (chat) => {
      await changes.requireNotStreaming(chatId);
      await changes.require(chatId, questionId);
      const answer = await this.#addAnswer(chatId, questionId, model);
      await changes.record(chat, { model, activeMessageId: answer.id }, 1);
      return answer;
    });
    await this.#start(actor, answer);
    return { answer: await this.#present(answer) };
  }

  /** Continues an answer that was stopped, interrupted or failed, in the same message. */
  async continue(actor: Actor, chatId: string, messageId: string): Promise<{ answer: Message }> {
    const { chats, changes, models, answers, queries } = this.#parts;
    const { model: chatModel } = await chats.authorize(actor, chatId);
    await chats.requireSpace(actor);
    const message = await changes.require(chatId, messageId);
    if (message.role !== 'assistant' || !continuable.includes(message.status)) {
      throw refused('Only an answer that was cut off can be continued.');
    }
    const model = await models.require(undefined, message.model ?? chatModel);
    const answer = await this.#withCapacity(actor, chatId, async (chat) => {
      await changes.requireNotStreaming(chatId);
      const answer = await changes.reopen(messageId, model);
      const activeMessageId = await queries.newestLeafBelow(chatId, messageId);
      await changes.record(chat, { activeMessageId }, 0);
      return answer;
    });
    answers.reopen(messageId);
    await this.#start(actor, answer);
    return { answer: await this.#present(answer) };
  }

  async stop(actor: Actor, chatId: string): Promise<void> {
    await this.#parts.chats.authorize(actor, chatId);
    await this.#parts.answers.stop(chatId);
  }

  /** Runs `work`, which stores an answer as streaming, with the chat locked. */
  #withCapacity<T>(actor: Actor, chatId: string, work: (chat: ChatRow) => Promise<T>): Promise<T> {
    const { answers, changes } = this.#parts;
    return answers.withCapacity(actor.id, () => changes.withLockedChat(chatId, work));
  }

  async #alreadyAsked(chatId: string, idempotencyKey: string) {
    const { queries } = this.#parts;
    const question = await queries.byIdempotencyKey(chatId, idempotencyKey);
    const answer = question && (await queries.firstChild(chatId, question.id));
    return answer && { question, answer };
  }

  /** Returns the parent of a new question: the requested message, null for a root, otherwise the active leaf. */
  async #parentFor(chat: ChatRow, requested: string | null | undefined): Promise<string | null> {
    if (requested === null) return null;
    const id = requested ?? chat.activeMessageId;
    return id ? (await this.#parts.changes.require(chat.id, id)).id : null;
  }

  #addAnswer(chatId: string, questionId: string, model: string): Promise<MessageRow> {
    return this.#parts.changes.add(chatId, { parentId: questionId, role: 'assistant', content: '', model });
  }

  /** Announces the rows, the answer last, and starts the run. */
  async #start(owner: Actor, ...rows: MessageRow[]): Promise<void> {
    for (const row of rows) await this.#parts.announcer.announce(row);
    const answer = rows.at(-1)!;
    this.#parts.answers.start({ chatId: answer.chatId, messageId: answer.id, ownerId: owner.id });
  }

  async #present(row: MessageRow): Promise<Message> {
    const { announcer, answers } = this.#parts;
    const [message] = await announcer.present(row.chatId, [await answers.withLiveText(row)]);
    return message!;
  }
}
