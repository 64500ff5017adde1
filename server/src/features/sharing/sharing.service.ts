import type { ShareState } from '#shared/sharing';
import type { Platform } from '../../platform/platform.ts';
import { authorize, type Actor } from '../../platform/policy.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { ChatRow } from '../chats/chats.queries.ts';
import type { ChatService } from '../chats/chats.service.ts';
import type { MessageQueries } from '../messages/messages.queries.ts';
import type { AudienceQueries } from './audience.queries.ts';
import { changesPage, type LinkOptionsResolver, type RequestedOptions } from './linkOptions.ts';
import type { LinkList, LinkListQueries } from './linkList.queries.ts';
import { linkPolicy } from './sharing.policy.ts';
import type { LinkRow, SharingQueries } from './sharing.queries.ts';
import type { ShareSubscriptions } from './sharing.sockets.ts';
import {
  decompressMessages,
  previewLinkId,
  readSnapshot,
  type BranchSnapshot,
  type PreviewText,
  type SerializedMessages,
} from './snapshots.ts';

interface Parts {
  chats: ChatService;
  messages: MessageQueries;
  options: LinkOptionsResolver;
  queries: SharingQueries;
  audiences: AudienceQueries;
  list: LinkListQueries;
  audit: AuditQueries;
  subscriptions: ShareSubscriptions;
}

/** How a link's snapshot compares with the chat now. */
type SnapshotStatus = Pick<ShareState, 'upToDate' | 'newMessages'>;
/** What the snapshot would include; absent: as in the link. */
type SnapshotRequest = Pick<RequestedOptions, 'includeReasoning'>;
type ChatShare = Omit<ShareState, 'link' | 'preview'> & {
  link: LinkRow | undefined;
  preview: PreviewText | null;
};

/** The owner's side of sharing, apart from publishing and revoking: reading, listing and changing links. */
export class SharingService {
  #platform: Platform;
  #parts: Parts;
  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
  }

  /** Returns the chat's link, how it compares with the chat now, and what publishing now would store. */
  async chatShare(actor: Actor, chatId: string, requested: SnapshotRequest): Promise<ChatShare> {
    const { chat, link, snapshot } = await this.#read(actor, chatId, requested);
    const { refusal, hasReasoning } = snapshot;
    return {
      link,
      chatVersion: chat.version,
      ...(link ? await this.#compare(chat, link, snapshot) : { upToDate: false, newMessages: 0 }),
      hasReasoning,
      preview: refusal ? null : preview(actor, chat, link, snapshot.content),
      refusal: refusal && { code: refusal.code, message: refusal.message },
    };
  }

  /** Returns exactly what publishing now would store. Throws what publishing would throw. */
  async preview(actor: Actor, chatId: string, requested: SnapshotRequest): Promise<PreviewText> {
    const { chat, link, snapshot } = await this.#read(actor, chatId, requested);
    if (snapshot.refusal) throw snapshot.refusal;
    return preview(actor, chat, link, snapshot.content);
  }

  /** Changes the link's options, never its snapshot. */
  async update(actor: Actor, id: string, requested: RequestedOptions): Promise<LinkRow> {
    const { options, queries, audiences, audit, subscriptions } = this.#parts;
    const { link, changed } = await this.#platform.store.tx(async () => {
      const current = await this.#ownLink(actor, id);
      const { values, userIds, changed } = await options.resolve(current, requested);
      const updatedAt = this.#platform.now();
      if (changed.length > 0 && (await queries.update(id, { ...values, updatedAt }))) {
        if (userIds) await audiences.replace(id, userIds);
        await audit.recordAction(actor, 'shared_link.options_changed', [id], { changed });
      }
      return { link: await this.#ownLink(actor, id), changed };
    });
    if (changed.length > 0) await subscriptions.linkChanged(link, changesPage(changed));
    return link;
  }

  async list(actor: Actor, options: Omit<LinkList, 'ownerId'>) {
    const { list } = this.#parts;
    const ownList = { ...options, ownerId: actor.id };
    return { ...(await list.list(ownList)), total: await list.count(ownList) };
  }

  async #read(actor: Actor, chatId: string, requested: SnapshotRequest) {
    const { chats, queries, messages } = this.#parts;
    const chat = await chats.authorize(actor, chatId);
    const link = await queries.liveOfChat(chatId);
    const linkId = link?.id ?? previewLinkId;
    const includeReasoning = requested.includeReasoning ?? link?.includeReasoning ?? false;
    return { chat, link, snapshot: await readSnapshot(messages, chat, { linkId, includeReasoning }) };
  }

  /** Returns the link if it is one of this person's own live links. Throws 404 otherwise. */
  async #ownLink(actor: Actor, id: string): Promise<LinkRow> {
    const link = await this.#parts.queries.byId(id);
    return authorize(linkPolicy, actor, 'change', link?.revokedAt === null ? link : undefined);
  }

  async #compare(
    chat: ChatRow,
    link: LinkRow,
    { messageIds, content, refusal, includeReasoning }: BranchSnapshot,
  ): Promise<SnapshotStatus> {
    const { queries } = this.#parts;
    const sameOptions = includeReasoning === link.includeReasoning;
    if (sameOptions && link.snapshotChatVersion === chat.version) return { upToDate: true, newMessages: 0 };
    if (content?.hash === link.contentHash) {
      // The chat changed and changed back. While an answer streams it may change again at the same version.
      if (!refusal) await queries.markCurrent(link.id, link.currentVersion, chat.version);
      return { upToDate: true, newMessages: 0 };
    }
    const body = await queries.body(link.id, link.currentVersion);
    const published = new Set(body ? (await decompressMessages(body)).map(({ id }) => id) : []);
    return { upToDate: false, newMessages: messageIds.filter((id) => !published.has(id)).length };
  }
}

const preview = (
  actor: Actor,
  chat: ChatRow,
  link: LinkRow | undefined,
  messages: SerializedMessages,
): PreviewText => ({
  head: {
    title: link?.title ?? chat.title,
    author: (link?.showAuthor ?? true) ? { name: actor.name } : null,
  },
  messages,
});
