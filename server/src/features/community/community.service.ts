import type { CommunityPayload } from '#shared/community';
import { limits } from '#shared/limits';
import { conflict, forbidden, refused } from '../../platform/errors.ts';
import type { Actor } from '../../platform/policy.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { ChatService } from '../chats/chats.service.ts';
import type { MessageQueries, MessageRow } from '../messages/messages.queries.ts';
import type { ModelService } from '../models/models.service.ts';
import type { SettingsService } from '../settings/settings.service.ts';
import { presentCommunityChat } from './community.presenter.ts';

/** Messages read at a time: a long chat is gathered in steps between which others are served. */
const messagesPerRead = 500;

interface Parts {
  settings: SettingsService;
  chats: ChatService;
  messages: MessageQueries;
  models: ModelService;
  audit: AuditQueries;
}

/** Handing a chat over to a community site, outside of this instance. */
export class CommunityService {
  #parts: Parts;
  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** All that would leave the instance. Refused for everyone, admins included, unless an admin has switched it on. */
  async buildPayload(actor: Actor, chatId: string): Promise<CommunityPayload> {
    const { settings, chats, messages, models, audit } = this.#parts;
    if (!(await settings.current()).communitySharing) {
      throw forbidden(
        'Community sharing is switched off here. An admin can switch it on.',
        'community_sharing_off',
      );
    }
    const chat = await chats.authorize(actor, 'read', chatId);
    if ((await messages.streaming(chatId)).length > 0) {
      throw conflict(
        'An answer is still being written. Wait until it is finished, or stop it, and share then.',
        'streaming',
      );
    }
    const tree = await this.#tree(chatId);
    if (tree.length === 0) {
      throw refused('There is nothing to share in this chat yet. Ask something first.', 'nothing_to_share');
    }
    const branch = chat.activeMessageId
      ? await messages.branch(chatId, chat.activeMessageId, limits.messagesPerChat)
      : [];
    const { items } = await models.list();
    const ids = branch.map((row) => row.id);
    const payload = presentCommunityChat(chat, tree, ids, items);
    await audit.record({
      actorId: actor.id,
      action: 'chat.handed_to_community',
      targetType: 'chat',
      targetId: chatId,
      details: { messages: tree.length },
    });
    return payload;
  }

  async #tree(chatId: string): Promise<MessageRow[]> {
    const tree: MessageRow[] = [];
    for (;;) {
      const some = await this.#parts.messages.pageOfChat(chatId, tree.at(-1)?.seq ?? 0, messagesPerRead);
      tree.push(...some);
      if (some.length < messagesPerRead) return tree;
    }
  }
}
