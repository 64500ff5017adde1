import type { ChatSettings } from '#shared/chats';
import { isUniqueViolation } from '../../platform/db/dbErrors.ts';
import { notFound } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { authorize, type Actor } from '../../platform/policy.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { GenerationService } from '../generation/generation.service.ts';
import type { MessageQueries } from '../messages/messages.queries.ts';
import { chatPolicy } from './chats.policy.ts';
import { presentChat } from './chats.presenter.ts';
import type { ChatQueries, ChatRow } from './chats.queries.ts';

/** What a chat is called until its first question. */
export const untitled = 'New chat';

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

export class ChatService {
  #platform: Platform;
  #chats: ChatQueries;
  #messages: MessageQueries;
  #generation: GenerationService;
  #audit: AuditQueries;

  constructor(
    platform: Platform,
    parts: {
      chats: ChatQueries;
      messages: MessageQueries;
      generation: GenerationService;
      audit: AuditQueries;
    },
  ) {
    this.#platform = platform;
    this.#chats = parts.chats;
    this.#messages = parts.messages;
    this.#generation = parts.generation;
    this.#audit = parts.audit;
    platform.signals.on('link:changed', ({ chatId }) => this.announce(chatId));
  }

  /** The chat, if this person may do that with it; 404 otherwise. */
  async authorize(actor: Actor, action: keyof typeof chatPolicy, id: string): Promise<ChatRow> {
    return authorize(chatPolicy, actor, action, await this.#chats.byId(id));
  }

  async create(actor: Actor, wanted: NewChat): Promise<ChatRow> {
    const created = await this.#createOnce(actor, wanted).catch((error: unknown) => {
      // The same request, sent twice at once, has made it at this very moment.
      if (isUniqueViolation(error)) return this.#createOnce(actor, wanted);
      throw error;
    });
    if (!created) throw notFound();
    this.#send(created);
    return created;
  }

  #createOnce(actor: Actor, wanted: NewChat): Promise<ChatRow | undefined> {
    const id = newId();
    return this.#platform.store.tx(async () => {
      const source = wanted.idempotencyKey ? { source: 'client', sourceId: wanted.idempotencyKey } : {};
      const retried =
        wanted.idempotencyKey && (await this.#chats.bySource(actor.id, 'client', wanted.idempotencyKey));
      if (retried) return retried;
      await this.#chats.insert({
        id,
        ownerId: actor.id,
        title: wanted.title ?? untitled,
        titleIsAutomatic: wanted.title === undefined,
        model: wanted.model ?? null,
        settings: wanted.settings ?? {},
        ...source,
      });
      return this.#chats.byId(id);
    });
  }

  async update(actor: Actor, id: string, { activeMessageId, ...wanted }: Changes): Promise<ChatRow> {
    await this.authorize(actor, 'change', id);
    await this.#platform.store.tx(async () => {
      const retitled = wanted.title === undefined ? {} : { titleIsAutomatic: false };
      await this.#chats.update(id, { ...wanted, ...retitled, ...unpinIfArchived(wanted) });
      if (activeMessageId === undefined) return;
      await this.#chats.lock(id);
      const end = await this.#messages.newestEndBelow(id, activeMessageId);
      if (!end) throw notFound('This message is not in the chat.');
      const before = await this.#chats.byId(id);
      if (before?.activeMessageId !== end) await this.#chats.incrementVersion(id, { activeMessageId: end });
    });
    const changed = await this.authorize(actor, 'read', id);
    this.#send(changed);
    return changed;
  }

  /** The chat, its messages and its link go together, in one transaction. */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.authorize(actor, 'change', id);
    await this.#generation.abandon(id);
    const { store, signals, realtime } = this.#platform;
    await store.tx(async () => {
      const chat = await this.#chats.byId(id);
      await this.#chats.remove(id);
      await this.#audit.record({
        actorId: actor.id,
        action: 'chat.deleted',
        targetType: 'chat',
        targetId: id,
        details: { linkRemoved: chat?.shared ?? false },
      });
    });
    signals.emit('chat:deleted', { chatId: id, ownerId: actor.id });
    realtime.send(rooms.user(actor.id), 'chat:deleted', { chatId: id });
    realtime.clearRoom(rooms.chat(id));
  }

  /** Tells all tabs of the owner how the chat is now. */
  async announce(chatId: string): Promise<void> {
    const row = await this.#chats.byId(chatId);
    if (row) this.#send(row);
  }

  #send(row: ChatRow): void {
    this.#platform.realtime.send(rooms.user(row.ownerId), 'chat:updated', { chat: presentChat(row) });
  }
}

/** What is put away does not stay on top. */
const unpinIfArchived = (wanted: Changes) => (wanted.archived ? { pinned: false } : {});
