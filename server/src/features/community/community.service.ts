import type { CommunityPayload } from '#shared/community';
import { limits } from '#shared/limits';
import { conflict, forbidden, refused } from '../../platform/errors.ts';
import type { Actor } from '../../platform/policy.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { ChatService } from '../chats/chats.service.ts';
import { readTree } from '../messages/longChats.service.ts';
import type { MessageQueries, MessageRow } from '../messages/messages.queries.ts';
import type { ModelService } from '../models/models.service.ts';
import type { SettingsService } from '../settings/settings.service.ts';
import { presentCommunityPayload } from './community.presenter.ts';

/** Messages read at a time: other requests are served between two pages of a long chat. */
const messagesPerPage = 500;

interface Parts {
  settings: SettingsService;
  chats: ChatService;
  messages: MessageQueries;
  models: ModelService;
  audit: AuditQueries;
}

/** Builds what community sharing sends to a site outside this instance. */
export class CommunityService {
  #parts: Parts;
  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Returns everything that would leave the instance. Throws `forbidden`, for admins too, until an admin enables it. */
  async buildPayload(actor: Actor, chatId: string): Promise<CommunityPayload> {
    const { settings, chats, messages, models, audit } = this.#parts;
    if (!(await settings.current()).communitySharing) {
      throw forbidden('Community sharing is turned off. An admin can turn it on.', 'community_sharing_off');
    }
    const chat = await chats.authorize(actor, chatId);
    if ((await messages.streaming(chatId)).length > 0) {
      throw conflict(
        'An answer is still being written. Wait until it is finished, or stop it, then share.',
        'streaming',
      );
    }
    await this.#requireFitting(chatId);
    const tree = await this.#readTree(chatId);
    if (tree.length === 0) {
      throw refused('There is nothing to share in this chat yet. Ask something first.', 'nothing_to_share');
    }
    const branch = chat.activeMessageId
      ? await messages.branch(chatId, chat.activeMessageId, limits.messagesPerChat)
      : [];
    const { items } = await models.list();
    const branchIds = branch.map((row) => row.id);
    const payload = presentCommunityPayload(chat, tree, branchIds, items);
    await audit.recordAction(actor, 'chat.handed_to_community', [chatId], { messages: tree.length });
    return payload;
  }

  /** The payload holds every message, so it is bounded like a link. */
  async #requireFitting(chatId: string): Promise<void> {
    const nodes = await readTree(this.#parts.messages, chatId);
    if (nodes.reduce((sum, { bytes }) => sum + bytes, 0) <= limits.snapshotChars) return;
    throw refused('This chat is too large for the community site.', 'snapshot_too_large');
  }

  async #readTree(chatId: string): Promise<MessageRow[]> {
    const tree: MessageRow[] = [];
    for (;;) {
      const page = await this.#parts.messages.pageOfChat(chatId, tree.at(-1)?.seq ?? 0, messagesPerPage);
      tree.push(...page);
      if (page.length < messagesPerPage) return tree;
    }
  }
}
