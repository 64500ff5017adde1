import { isUniqueViolation } from '../../platform/db/dbErrors.ts';
import { foldText } from '../../platform/db/searchText.ts';
import { conflict } from '../../platform/errors.ts';
import { newShareId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { ChatQueries, ChatRow } from '../chats/chats.queries.ts';
import type { ChatService } from '../chats/chats.service.ts';
import type { MessageQueries } from '../messages/messages.queries.ts';
import type { AudienceQueries } from './audience.queries.ts';
import { changesPage, type LinkOptionsResolver, type RequestedOptions } from './linkOptions.ts';
import type { LinkRow, NewVersion, SharingQueries } from './sharing.queries.ts';
import type { ShareSubscriptions } from './sharing.sockets.ts';
import { compressPieces, readSnapshot, type SerializedMessages } from './snapshots.ts';

/** Attempts to publish a chat that keeps changing, before its owner is asked to wait. */
const maxAttempts = 5;

interface Parts {
  chats: ChatService;
  chatQueries: ChatQueries;
  messages: MessageQueries;
  options: LinkOptionsResolver;
  queries: SharingQueries;
  audiences: AudienceQueries;
  audit: AuditQueries;
  subscriptions: ShareSubscriptions;
}

/** What was read in order to publish. It is stored only if the chat and its link have not changed since. */
interface Draft {
  chat: ChatRow;
  /** The chat's live link; undefined: a new one is created. */
  link: LinkRow | undefined;
  linkId: string;
  includeReasoning: boolean;
  content: SerializedMessages;
  messageCount: number;
  /** The content compressed; undefined when it equals the link's current version. */
  body: Buffer | undefined;
  /** Epoch milliseconds: one time for everything that is stored. */
  at: number;
}
/** The chat or its link changed after the draft was read: the draft has to be read again. */
class StaleDraft extends Error {}

interface Published {
  link: LinkRow;
  created: boolean;
  /** Whether the shared page has changed. */
  pageChanged: boolean;
}

/**
 * Publishes a chat's active branch as the snapshot behind its link. Reading, serializing and compressing happen
 * outside the transaction; inside it, the chat must still be at the version that was read, so that a snapshot never
 * mixes two states of a chat.
 */
export class SnapshotPublisher {
  #platform: Platform;
  #parts: Parts;
  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
  }

  /** Creates the chat's link, or updates the existing one. Unchanged content creates no new version. */
  async publish(
    actor: Actor,
    chatId: string,
    requested: RequestedOptions,
  ): Promise<{ link: LinkRow; created: boolean }> {
    const { link, created, pageChanged } = await this.#publish(actor, chatId, requested);
    if (created) this.#platform.signals.emit('link:changed', { chatId, ownerId: actor.id });
    else await this.#parts.subscriptions.linkChanged(link, pageChanged);
    return { link, created };
  }

  async #publish(actor: Actor, chatId: string, requested: RequestedOptions): Promise<Published> {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const draft = await this.#readDraft(actor, chatId, requested);
      if (draft.body) await this.#parts.chats.requireSpace(actor, draft.body.length);
      try {
        return await this.#platform.store.tx(() => this.#store(actor, draft, requested));
      } catch (error) {
        // A unique violation: a revoked link of the chat was restored at the same moment.
        if (!(error instanceof StaleDraft) && !isUniqueViolation(error)) throw error;
      }
    }
    throw conflict('This chat keeps changing. Wait a moment and try again.', 'chat_changing');
  }

  async #readDraft(actor: Actor, chatId: string, requested: RequestedOptions): Promise<Draft> {
    const { chats, queries, messages } = this.#parts;
    const chat = await chats.authorize(actor, chatId);
    const link = await queries.liveOfChat(chatId);
    const linkId = link?.id ?? newShareId();
    const includeReasoning = requested.includeReasoning ?? link?.includeReasoning ?? false;
    const snapshot = await readSnapshot(messages, chat, { linkId, includeReasoning });
    if (snapshot.refusal) throw snapshot.refusal;
    const { content } = snapshot;
    const body = link?.contentHash === content.hash ? undefined : await compressPieces(content.pieces);
    const messageCount = snapshot.messageIds.length;
    const at = this.#platform.now();
    return { chat, link, linkId, includeReasoning, content, messageCount, body, at };
  }

  /** Inside a transaction. Throws `StaleDraft` when the chat or its link changed since the draft was read. */
  async #store(actor: Actor, draft: Draft, requested: RequestedOptions): Promise<Published> {
    const { chatQueries, queries } = this.#parts;
    if (!(await chatQueries.lockAtVersion(draft.chat.id, draft.chat.version))) throw new StaleDraft();
    const link = await queries.liveOfChat(draft.chat.id);
    if (link?.id !== draft.link?.id) throw new StaleDraft();
    // Another tab may have changed what the snapshot includes.
    const includeReasoning = requested.includeReasoning ?? link?.includeReasoning ?? false;
    if (includeReasoning !== draft.includeReasoning) throw new StaleDraft();
    return link ? this.#refresh(actor, link, draft, requested) : this.#create(actor, draft, requested);
  }

  async #create(actor: Actor, draft: Draft, requested: RequestedOptions): Promise<Published> {
    const { options, queries, audiences, audit } = this.#parts;
    const { chat, linkId: id, at } = draft;
    const defaults = {
      id,
      title: chat.title,
      titleKey: foldText(chat.title),
      showAuthor: true,
      includeReasoning: false,
      audienceKind: 'instance' as const,
      expiresAt: null,
    };
    const { values, userIds } = await options.resolve(defaults, requested);
    const link = { ...defaults, ...values, chatId: chat.id, ownerId: actor.id, createdAt: at };
    await queries.insert(link);
    await this.#insertVersion(draft, 1);
    if (userIds) await audiences.replace(id, userIds);
    await audit.recordAction(actor, 'shared_link.created', [id], {
      version: 1,
      audience: link.audienceKind,
    });
    return { link: await this.#reload(id), created: true, pageChanged: true };
  }

  async #refresh(actor: Actor, link: LinkRow, draft: Draft, requested: RequestedOptions): Promise<Published> {
    const { options, queries, audiences, audit } = this.#parts;
    const { id } = link;
    const isNew = link.contentHash !== draft.content.hash;
    const { values, userIds, changed } = await options.resolve(link, requested);
    const currentVersion = link.currentVersion + (isNew ? 1 : 0);
    if (isNew || changed.length > 0) {
      const live = await queries.update(id, { ...values, currentVersion, updatedAt: draft.at });
      if (!live) throw new StaleDraft();
    }
    if (isNew) {
      await this.#insertVersion(draft, currentVersion);
      await audit.recordAction(actor, 'shared_link.updated', [id], { version: currentVersion });
    } else await queries.markCurrent(id, currentVersion, draft.chat.version);
    if (userIds) await audiences.replace(id, userIds);
    if (changed.length > 0) await audit.recordAction(actor, 'shared_link.options_changed', [id], { changed });
    return { link: await this.#reload(id), created: false, pageChanged: isNew || changesPage(changed) };
  }

  async #insertVersion(draft: Draft, number: number): Promise<void> {
    const version = newVersion(draft, number);
    await this.#parts.queries.insertVersion(version);
    await this.#parts.chatQueries.addBytes(draft.chat.id, version.body.length);
  }

  async #reload(id: string): Promise<LinkRow> {
    const link = await this.#parts.queries.byId(id);
    if (!link) throw new StaleDraft();
    return link;
  }
}

/** Throws `StaleDraft` when the draft was not compressed, because the link held the same content when it was read. */
function newVersion({ linkId, chat, content, messageCount, body, at }: Draft, number: number): NewVersion {
  if (!body) throw new StaleDraft();
  return {
    linkId,
    number,
    messageCount,
    contentHash: content.hash,
    chatVersion: chat.version,
    createdAt: at,
    body,
  };
}
