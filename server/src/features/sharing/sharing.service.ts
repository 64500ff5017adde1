import type { Audience, ShareState, SharedLink, Snapshot } from '#shared/sharing';
import { DomainError } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import { authorize, type Actor } from '../../platform/policy.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { ChatRow } from '../chats/chats.queries.ts';
import type { ChatService } from '../chats/chats.service.ts';
import type { AudienceQueries } from './sharing.audience.queries.ts';
import { linkEvent } from './sharing.audit.ts';
import type { SharedBranch } from './sharing.branch.ts';
import type { Freezing } from './sharing.freezing.ts';
import type { LinkList, LinkListQueries } from './sharing.list.queries.ts';
import { isSeen, type SharingOptions, type WantedOptions } from './sharing.options.ts';
import { linkPolicy, sharingPolicy } from './sharing.policy.ts';
import type { LinkRow, SharingQueries } from './sharing.queries.ts';
import { noLinkYet, serialise, unpackMessages } from './sharing.snapshot.ts';
import { effectiveState } from './sharing.state.ts';
import type { ShareWatch } from './sharing.watch.ts';

type Inactive = NonNullable<SharedLink['inactiveReason']>;
const toldReasons: readonly string[] = [
  'expired',
  'paused',
  'audience_not_allowed',
  'owner_not_allowed',
] satisfies Inactive[];

/** A link as its owner is to see it. */
export interface LinkState {
  row: LinkRow;
  audience: Audience;
  upToDate: boolean;
  inactive: SharedLink['inactiveReason'];
}
type Drift = Pick<ShareState, 'upToDate' | 'newMessages'>;
type Publishable = Pick<ShareState, 'chatVersion' | 'preview' | 'refusal'>;

/** The owner's side of sharing: making links, keeping them current, changing who may open them. */
export class SharingService {
  #platform: Platform;
  #chats: ChatService;
  #branch: SharedBranch;
  #freezing: Freezing;
  #options: SharingOptions;
  #queries: SharingQueries;
  #audiences: AudienceQueries;
  #list: LinkListQueries;
  #audit: AuditQueries;
  #watch: ShareWatch;

  constructor(
    platform: Platform,
    parts: {
      chats: ChatService;
      branch: SharedBranch;
      freezing: Freezing;
      options: SharingOptions;
      queries: SharingQueries;
      audiences: AudienceQueries;
      list: LinkListQueries;
      audit: AuditQueries;
      watch: ShareWatch;
    },
  ) {
    this.#platform = platform;
    this.#chats = parts.chats;
    this.#branch = parts.branch;
    this.#freezing = parts.freezing;
    this.#options = parts.options;
    this.#queries = parts.queries;
    this.#audiences = parts.audiences;
    this.#list = parts.list;
    this.#audit = parts.audit;
    this.#watch = parts.watch;
  }

  /** The chat's link, and whether the chat has moved on since it was frozen. */
  async ofChat(actor: Actor, chatId: string): Promise<Drift & Publishable & { link: LinkState | null }> {
    const chat = await this.#chats.authorize(actor, 'read', chatId);
    const row = await this.#queries.liveOfChat(chatId);
    const publishable = { chatVersion: chat.version, ...(await this.#publishable(actor, chatId)) };
    if (!row) return { link: null, upToDate: false, newMessages: 0, ...publishable };
    const drift = await this.#drift(chat, row);
    return {
      link: { ...(await this.stateOf(actor, row)), upToDate: drift.upToDate },
      ...drift,
      ...publishable,
    };
  }

  /** Exactly what `put` would store now. Throws as it would. */
  async preview(actor: Actor, chatId: string): Promise<Snapshot> {
    const chat = await this.#chats.authorize(actor, 'read', chatId);
    const link = await this.#queries.liveOfChat(chatId);
    const messages = await this.#branch.complete(chat, link?.id ?? noLinkYet);
    const author = (link?.showAuthor ?? true) ? { name: actor.name } : null;
    return { title: link?.title ?? chat.title, author, messages };
  }

  async #publishable(actor: Actor, chatId: string): Promise<Omit<Publishable, 'chatVersion'>> {
    try {
      return { preview: await this.preview(actor, chatId), refusal: null };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { preview: null, refusal: { code: error.code, message: error.message } };
    }
  }

  /** Makes the chat's link, or refreshes the snapshot of the one there is under the same id. */
  async put(
    actor: Actor,
    chatId: string,
    wanted: WantedOptions,
  ): Promise<{ link: LinkState; created: boolean }> {
    const { row, created, seen } = await this.#freezing.freeze(actor, chatId, wanted);
    if (created) this.#platform.signals.emit('link:changed', { chatId, ownerId: actor.id });
    else await this.#tellReaders(row, seen);
    return { link: await this.stateOf(actor, row), created };
  }

  /** Changes the link, never its snapshot. */
  async change(actor: Actor, id: string, wanted: WantedOptions): Promise<LinkState> {
    const { row, changed } = await this.#platform.store.tx(async () => {
      const { values, userIds, changed } = await this.#options.changes(await this.#own(actor, id), wanted);
      const updatedAt = this.#platform.now();
      if (changed.length > 0 && (await this.#queries.update(id, { ...values, updatedAt }))) {
        if (userIds) await this.#audiences.set(id, userIds);
        await this.#audit.record(linkEvent(actor, 'options_changed', id, { changed }));
      }
      return { row: await this.#own(actor, id), changed };
    });
    if (changed.length > 0) await this.#tellReaders(row, isSeen(changed));
    return this.stateOf(actor, row);
  }

  async list(actor: Actor, options: Omit<LinkList, 'ownerId'>) {
    const mine = { ...options, ownerId: actor.id };
    const { items, nextCursor } = await this.#list.list(mine);
    return { items: await this.#states(actor, items), nextCursor, total: await this.#list.count(mine) };
  }

  async stateOf(owner: Actor, row: LinkRow): Promise<LinkState> {
    const [state] = await this.#states(owner, [row]);
    return state!;
  }

  /** One of this person's own live links; 404 otherwise. */
  async #own(actor: Actor, id: string): Promise<LinkRow> {
    const link = await this.#queries.byId(id);
    return authorize(linkPolicy, actor, 'change', link?.revokedAt === null ? link : undefined);
  }

  async #states(owner: Actor, rows: LinkRow[]): Promise<LinkState[]> {
    const restricted = rows.filter((row) => row.audienceKind === 'restricted').map((row) => row.id);
    const audiences = await this.#audiences.of(restricted);
    return rows.map((row) => ({
      row,
      audience: audiences.get(row.id) ?? { kind: 'instance' },
      upToDate: row.snapshotChatVersion === row.chatVersion,
      inactive: this.#inactive(owner, row),
    }));
  }

  #inactive(actor: Actor, row: LinkRow): SharedLink['inactiveReason'] {
    const owner = { ...actor, active: true };
    const context = { owner, named: false, policy: sharingPolicy };
    const state = effectiveState(row, owner, this.#platform.now(), context);
    return !state.readable && toldReasons.includes(state.reason) ? (state.reason as Inactive) : null;
  }

  async #drift(chat: ChatRow, row: LinkRow): Promise<Drift> {
    if (row.snapshotChatVersion === chat.version) return { upToDate: true, newMessages: 0 };
    const now = await this.#branch.now(chat, row.id);
    const { hash } = await serialise(now);
    if (hash === row.contentHash) {
      // The chat went elsewhere and came back. While an answer is being written it may leave again unnoticed.
      if (!(await this.#branch.isMoving(chat.id))) {
        await this.#queries.markCurrent(row.id, row.currentVersion, chat.version);
      }
      return { upToDate: true, newMessages: 0 };
    }
    const body = await this.#queries.body(row.id, row.currentVersion);
    const frozen = new Set(body ? (await unpackMessages(body)).map((message) => message.id) : []);
    return { upToDate: false, newMessages: now.filter((message) => !frozen.has(message.id)).length };
  }

  /** Whoever may not read it any more is shown out first; the others look again where there is something to see. */
  async #tellReaders({ id, currentVersion }: LinkRow, seen: boolean): Promise<void> {
    await this.#watch.recheck([id]);
    if (!seen) return;
    this.#platform.realtime.send(rooms.share(id), 'share:updated', { id, version: currentVersion });
  }
}
