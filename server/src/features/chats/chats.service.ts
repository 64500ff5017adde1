import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { ChatSettings } from '#shared/chats';
import { isUniqueViolation } from '../../platform/db/dbErrors.ts';
import { notFound } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { authorize, type Actor } from '../../platform/policy.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { MessageTree, StorageGuard } from './chats.contract.ts';
import { chatPolicy } from './chats.policy.ts';
import { presentChat } from './chats.presenter.ts';
import type { ChatQueries, ChatRow } from './chats.queries.ts';
import { titleFromModel, titleFromQuestion, untitled } from './titles.service.ts';

interface NewChat {
  title?: string;
  model?: string;
  settings?: ChatSettings;
  idempotencyKey?: string;
}
interface Changes {
  title?: string;
  pinned?: boolean;
  archived?: boolean;
  model?: string;
  settings?: ChatSettings;
  activeMessageId?: string;
}
/** Messages of a deleted chat that are removed between two pauses. */
const messagesPerRemoval = 500;

interface Parts {
  queries: ChatQueries;
  messages: MessageTree;
  storage: StorageGuard;
  audit: AuditQueries;
}

export class ChatService {
  #platform: Platform;
  #parts: Parts;

  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
    platform.signals.on('link:changed', ({ chatId }) => this.announce(chatId));
  }

  /** Returns the chat if it is one of the actor's own. Throws 404 otherwise. */
  async authorize(actor: Actor, id: string): Promise<ChatRow> {
    return authorize(chatPolicy, actor, 'access', await this.#parts.queries.byId(id));
  }

  /** Throws `refused` when the person's storage would not take this many further bytes. */
  requireSpace(actor: Actor, bytes = 0): Promise<void> {
    return this.#parts.storage.requireSpace(actor.id, bytes);
  }

  async create(actor: Actor, values: NewChat): Promise<ChatRow> {
    await this.requireSpace(actor);
    const created = await this.#createOnce(actor, values).catch((error: unknown) => {
      // A concurrent request with the same idempotency key has just created it.
      if (isUniqueViolation(error)) return this.#createOnce(actor, values);
      throw error;
    });
    if (!created) throw notFound();
    this.sendUpdated(created);
    return created;
  }

  #createOnce(actor: Actor, values: NewChat): Promise<ChatRow | undefined> {
    const { queries } = this.#parts;
    const { title, model, settings, idempotencyKey } = values;
    const id = newId();
    return this.#platform.store.tx(async () => {
      const existing = idempotencyKey && (await queries.bySource(actor.id, 'client', idempotencyKey));
      if (existing) return existing;
      await queries.insert({
        id,
        ownerId: actor.id,
        title: title ?? untitled,
        titleIsAutomatic: title === undefined,
        model: model ?? null,
        settings: settings ?? {},
        ...(idempotencyKey ? { source: 'client', sourceId: idempotencyKey } : {}),
      });
      return queries.byId(id);
    });
  }

  async update(actor: Actor, id: string, { activeMessageId, ...values }: Changes): Promise<ChatRow> {
    await this.authorize(actor, id);
    await this.#platform.store.tx(async () => {
      const renamed = values.title === undefined ? {} : { titleIsAutomatic: false };
      // Archived chats are unpinned.
      const unpinned = values.archived ? { pinned: false } : {};
      await this.#parts.queries.update(id, { ...values, ...renamed, ...unpinned });
      if (activeMessageId !== undefined) await this.#selectBranch(id, activeMessageId);
    });
    const updated = await this.authorize(actor, id);
    this.sendUpdated(updated);
    return updated;
  }

  /** Makes the branch through the message, down to its newest leaf, the active one. */
  async #selectBranch(id: string, messageId: string): Promise<void> {
    const { queries, messages } = this.#parts;
    await queries.lock(id);
    const leaf = await messages.newestLeafBelow(id, messageId);
    if (!leaf) throw notFound('This message is not in the chat.');
    const chat = await queries.byId(id);
    if (chat?.activeMessageId !== leaf) await queries.incrementVersion(id, { activeMessageId: leaf });
  }

  async remove(actor: Actor, id: string): Promise<void> {
    await this.authorize(actor, id);
    await this.#remove(actor, id, actor.id);
  }

  /** Removes all chats of a person, one after the other, so that others are served in between. Returns their number. */
  async removeAllOf(admin: Actor, ownerId: string): Promise<number> {
    const { queries } = this.#parts;
    let removed = 0;
    for (let id = await queries.anyIdOf(ownerId); id; id = await queries.anyIdOf(ownerId)) {
      await this.#remove(admin, id, ownerId);
      removed++;
      await yieldToEventLoop();
    }
    return removed;
  }

  /** Removes the chat, its messages and its link in one transaction. */
  async #remove(actor: Actor, id: string, ownerId: string): Promise<void> {
    const { store, signals, realtime } = this.#platform;
    const { queries, audit } = this.#parts;
    await store.tx(async () => {
      await queries.lock(id);
      const chat = await queries.byId(id);
      await this.#removeMessages(id);
      await queries.remove(id);
      await audit.record({
        actorId: actor.id,
        action: 'chat.deleted',
        targetType: 'chat',
        targetId: id,
        details: { linkRemoved: chat?.shared ?? false },
      });
    });
    // Runs in the chat are abandoned on this signal.
    signals.emit('chat:deleted', { chatId: id, ownerId });
    realtime.send(rooms.user(ownerId), 'chat:deleted', { chatId: id });
    realtime.clearRoom(rooms.chat(id));
  }

  /** Removes the messages of a chat with pauses: deleting a long chat at once would hold up all other requests. */
  async #removeMessages(id: string): Promise<void> {
    const { messages } = this.#parts;
    for (;;) {
      const page = await messages.nodesOfChat(id, undefined, messagesPerRemoval);
      if (page.length === 0) return;
      await messages.remove(
        id,
        page.map((node) => node.id),
      );
      await this.#platform.store.pauseTx();
    }
  }

  /** Returns the title of a chat whose first question this is; undefined for other questions and for named chats. */
  titleForQuestion(chat: ChatRow, question: string): string | undefined {
    const isFirst = chat.titleIsAutomatic && chat.messageCount === 0;
    return isFirst ? titleFromQuestion(question) || untitled : undefined;
  }

  /** Replaces an automatic title with the one a model suggests. Does nothing when the owner has renamed the chat. */
  async applySuggestedTitle(id: string, suggestion: string): Promise<void> {
    const title = titleFromModel(suggestion);
    if (title && (await this.#parts.queries.setAutomaticTitle(id, title))) await this.announce(id);
  }

  /** Reads the chat and sends it to all tabs of its owner. */
  async announce(id: string): Promise<void> {
    const chat = await this.#parts.queries.byId(id);
    if (chat) this.sendUpdated(chat);
  }

  /** Sends a chat that has just been read to all tabs of its owner. */
  sendUpdated(chat: ChatRow): void {
    this.#platform.realtime.send(rooms.user(chat.ownerId), 'chat:updated', { chat: presentChat(chat) });
  }
}
