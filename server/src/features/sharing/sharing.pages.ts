import { notFound } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import type { ChatQueries } from '../chats/chats.queries.ts';
import type { ChatService } from '../chats/chats.service.ts';
import type { MessageQueries } from '../messages/messages.queries.ts';
import type { LinkAccess } from './sharing.access.ts';
import type { Answer } from './sharing.answers.ts';
import { presentShared } from './sharing.presenter.ts';
import type { SharingQueries, ViewedLink } from './sharing.queries.ts';
import { unpack, unpackMessages } from './sharing.snapshot.ts';

/** The reader's side of sharing: opening a link, and carrying its conversation on. */
export class SharedPages {
  #platform: Platform;
  #access: LinkAccess;
  #queries: SharingQueries;
  #chats: ChatService;
  #chatQueries: ChatQueries;
  #messages: MessageQueries;

  constructor(
    platform: Platform,
    parts: {
      access: LinkAccess;
      queries: SharingQueries;
      chats: ChatService;
      chatQueries: ChatQueries;
      messages: MessageQueries;
    },
  ) {
    this.#platform = platform;
    this.#access = parts.access;
    this.#queries = parts.queries;
    this.#chats = parts.chats;
    this.#chatQueries = parts.chatQueries;
    this.#messages = parts.messages;
  }

  /** The page as this viewer is to see it; 404 when it is not for them. Reads no body before it is needed. */
  async open(viewer: Actor, id: string): Promise<Answer> {
    const link = await this.#access.require(viewer, id);
    return {
      head: JSON.stringify(presentShared(link, viewer.id)),
      messages: async () => unpack(await this.#body(link)),
    };
  }

  /** Copies the snapshot into the viewer's own account: from then on it has nothing to do with the link. */
  async continue(viewer: Actor, id: string): Promise<string> {
    const link = await this.#access.require(viewer, id);
    const snapshot = await unpackMessages(await this.#body(link));
    const chatId = newId();
    const ids = snapshot.map(() => newId());
    const messages = snapshot.map((message, i) => ({
      id: ids[i]!,
      chatId,
      parentId: ids[i - 1] ?? null,
      role: message.role,
      content: message.content,
      reasoning: message.reasoning ?? null,
      reasoningMs: message.reasoningMs ?? null,
      model: message.model ?? null,
      edited: message.edited ?? false,
      status: 'complete' as const,
      createdAt: Date.parse(message.createdAt),
    }));
    await this.#platform.store.tx(async () => {
      // Reading took a moment: nothing is copied from a link that was revoked in it.
      await this.#access.require(viewer, id);
      await this.#chatQueries.insert({
        id: chatId,
        ownerId: viewer.id,
        title: link.title,
        titleIsAutomatic: false,
        continuedFromTitle: link.title,
        activeMessageId: ids.at(-1) ?? null,
        messageCount: messages.length,
        version: 1,
      });
      await this.#messages.insert(...messages);
    });
    await this.#chats.announce(chatId);
    return chatId;
  }

  async #body({ id, version }: ViewedLink): Promise<Buffer> {
    const body = await this.#queries.body(id, version);
    // The chat was deleted between two queries, and its link with it.
    if (!body) throw notFound();
    return body;
  }
}
