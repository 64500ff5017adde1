import type { SnapshotMessage } from '#shared/sharing';
import { DomainError, notFound } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import type { ChatQueries } from '../chats/chats.queries.ts';
import type { ChatService } from '../chats/chats.service.ts';
import type { MessageQueries } from '../messages/messages.queries.ts';
import type { ViewedLink } from './audience.queries.ts';
import type { SharedPage } from './sharedPages.cache.ts';
import type { LinkAccess } from './sharing.policy.ts';
import { presentSharedPage } from './sharing.presenter.ts';
import type { SharingQueries } from './sharing.queries.ts';
import { decompress, decompressMessages } from './snapshots.ts';

interface Parts {
  access: LinkAccess;
  queries: SharingQueries;
  chats: ChatService;
  chatQueries: ChatQueries;
  messages: MessageQueries;
}

const charactersIn = (snapshot: SnapshotMessage[]): number =>
  snapshot.reduce((sum, { content, reasoning }) => sum + content.length + (reasoning?.length ?? 0), 0);

/** The viewer's side of sharing: opening a link, and continuing its chat as a copy. */
export class SharedPageService {
  #platform: Platform;
  #parts: Parts;
  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
  }

  /** Returns the page as this viewer sees it; its messages are read on demand. Throws 404 when they may not read it. */
  async open(viewer: Actor, id: string): Promise<SharedPage> {
    const link = await this.#readable(viewer, id);
    return {
      head: JSON.stringify(presentSharedPage(link, viewer.id)),
      messages: async () => decompress(await this.#body(link)),
    };
  }

  /** Copies the snapshot into the viewer's own account, independent of the link. Returns the id of the new chat. */
  async continueChat(viewer: Actor, id: string): Promise<string> {
    const { access, chats, chatQueries, messages: messageQueries } = this.#parts;
    const link = await access.require(viewer, id);
    const snapshot = await decompressMessages(await this.#body(link));
    await chats.requireSpace(viewer, charactersIn(snapshot));
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
      // Checked again, because the link may have been revoked while the snapshot was read.
      await access.require(viewer, id);
      await chatQueries.insert({
        id: chatId,
        ownerId: viewer.id,
        title: link.title,
        titleIsAutomatic: false,
        continuedFromTitle: link.title,
        activeMessageId: ids.at(-1) ?? null,
        messageCount: messages.length,
        version: 1,
      });
      await messageQueries.insert(...messages);
    });
    await chats.announce(chatId);
    return chatId;
  }

  async #readable(viewer: Actor, id: string): Promise<ViewedLink> {
    const { metrics } = this.#platform;
    try {
      const link = await this.#parts.access.require(viewer, id);
      metrics.count('sharedPage', { result: 'opened' });
      return link;
    } catch (error) {
      if (error instanceof DomainError) metrics.count('sharedPage', { result: 'refused' });
      throw error;
    }
  }

  async #body({ id, version }: ViewedLink): Promise<Buffer> {
    const body = await this.#parts.queries.body(id, version);
    // The chat was deleted between two queries, and its link with it.
    if (!body) throw notFound();
    return body;
  }
}
