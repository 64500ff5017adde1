import { isUniqueViolation } from '../../platform/db/dbErrors.ts';
import { foldText } from '../../platform/db/searchText.ts';
import { conflict, notFound } from '../../platform/errors.ts';
import { newShareId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { ChatRow } from '../chats/chats.queries.ts';
import type { ChatService } from '../chats/chats.service.ts';
import type { AudienceQueries } from './sharing.audience.queries.ts';
import { linkEvent } from './sharing.audit.ts';
import type { SharedBranch } from './sharing.branch.ts';
import { isSeen, type SharingOptions, type WantedOptions } from './sharing.options.ts';
import type { LinkRow, SharingQueries } from './sharing.queries.ts';
import { pack, serialise, type Serialised } from './sharing.snapshot.ts';

/** How often a chat that changes under our hands is read anew before its owner is asked to wait. */
const attempts = 5;

interface Frozen {
  chat: ChatRow;
  content: Serialised;
  /** The content compressed; undefined where it was found to be what the link holds already. */
  body: Buffer | undefined;
  /** Epoch milliseconds: one moment for all that is written. */
  at: number;
}
export interface Written {
  row: LinkRow;
  created: boolean;
  /** The page looks different now. */
  seen: boolean;
}

/**
 * Freezes a chat's active branch into its link. Reading, serialising and compressing happen outside the transaction;
 * inside, the chat must still be at the version that was read, so that a snapshot is never half of something.
 */
export class Freezing {
  #platform: Platform;
  #chats: ChatService;
  #branch: SharedBranch;
  #options: SharingOptions;
  #queries: SharingQueries;
  #audiences: AudienceQueries;
  #audit: AuditQueries;

  constructor(
    platform: Platform,
    parts: {
      chats: ChatService;
      branch: SharedBranch;
      options: SharingOptions;
      queries: SharingQueries;
      audiences: AudienceQueries;
      audit: AuditQueries;
    },
  ) {
    this.#platform = platform;
    this.#chats = parts.chats;
    this.#branch = parts.branch;
    this.#options = parts.options;
    this.#queries = parts.queries;
    this.#audiences = parts.audiences;
    this.#audit = parts.audit;
  }

  /** Makes the link, or refreshes the one there is. Content that is the same makes no new version. */
  async freeze(actor: Actor, chatId: string, wanted: WantedOptions): Promise<Written> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const written = await this.#attempt(actor, chatId, wanted);
      if (written) return written;
    }
    throw conflict('This chat keeps changing. Wait a moment and try again.', 'chat_changing');
  }

  /** Undefined when the chat or its link changed meanwhile: what was read does not belong together any more. */
  async #attempt(actor: Actor, chatId: string, wanted: WantedOptions): Promise<Written | undefined> {
    const chat = await this.#chats.authorize(actor, 'change', chatId);
    const before = await this.#queries.liveOfChat(chatId);
    const linkId = before?.id ?? newShareId();
    const content = await serialise(await this.#branch.complete(chat, linkId));
    const body = before?.contentHash === content.hash ? undefined : await pack(content.json);
    const frozen = { chat, content, body, at: this.#platform.now() };
    try {
      return await this.#platform.store.tx(async () => {
        if (!(await this.#queries.holdChat(chatId, chat.version))) return undefined;
        const link = await this.#queries.liveOfChat(chatId);
        if (link?.id !== before?.id) return undefined;
        return link
          ? this.#refresh(actor, link, frozen, wanted)
          : this.#create(actor, linkId, frozen, wanted);
      });
    } catch (error) {
      // A revoked link of the chat was restored at this very moment.
      if (isUniqueViolation(error)) return undefined;
      throw error;
    }
  }

  async #create(actor: Actor, id: string, frozen: Frozen, wanted: WantedOptions) {
    const { chat, at } = frozen;
    const standard = {
      id,
      title: chat.title,
      titleKey: foldText(chat.title),
      showAuthor: true,
      audienceKind: 'instance' as const,
      expiresAt: null,
    };
    const { values, userIds } = await this.#options.changes(standard, wanted);
    const link = { ...standard, ...values, chatId: chat.id, ownerId: actor.id, createdAt: at };
    await this.#queries.insert(link);
    await this.#queries.insertVersion(versionOf(id, 1, frozen));
    if (userIds) await this.#audiences.set(id, userIds);
    await this.#audit.record(linkEvent(actor, 'created', id, { version: 1, audience: link.audienceKind }));
    return { row: await this.#reread(id), created: true, seen: true };
  }

  async #refresh(actor: Actor, link: LinkRow, frozen: Frozen, wanted: WantedOptions) {
    const { chat, content, body, at } = frozen;
    const isNew = link.contentHash !== content.hash;
    if (isNew && !body) return undefined;
    const changes = await this.#options.changes(link, wanted);
    const version = link.currentVersion + (isNew ? 1 : 0);
    if (isNew || changes.changed.length > 0) {
      const values = { ...changes.values, currentVersion: version, updatedAt: at };
      if (!(await this.#queries.update(link.id, values))) return undefined;
    }
    if (isNew) {
      await this.#queries.insertVersion(versionOf(link.id, version, frozen));
      await this.#audit.record(linkEvent(actor, 'updated', link.id, { version }));
    } else await this.#queries.markCurrent(link.id, version, chat.version);
    if (changes.userIds) await this.#audiences.set(link.id, changes.userIds);
    if (changes.changed.length > 0) {
      await this.#audit.record(linkEvent(actor, 'options_changed', link.id, { changed: changes.changed }));
    }
    return { row: await this.#reread(link.id), created: false, seen: isNew || isSeen(changes.changed) };
  }

  async #reread(id: string): Promise<LinkRow> {
    const row = await this.#queries.byId(id);
    if (!row) throw notFound();
    return row;
  }
}

const versionOf = (linkId: string, number: number, { chat, content, body, at }: Frozen) => ({
  linkId,
  number,
  messageCount: content.messageCount,
  contentHash: content.hash,
  chatVersion: chat.version,
  createdAt: at,
  body: body!,
});
