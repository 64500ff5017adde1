import { limits } from '#shared/limits';
import type { SnapshotMessage } from '#shared/sharing';
import { conflict, refused } from '../../platform/errors.ts';
import type { ChatRow } from '../chats/chats.queries.ts';
import type { MessageQueries } from '../messages/messages.queries.ts';
import { snapshotOf } from './sharing.snapshot.ts';

/** The active branch as readers of a link would see it. */
export class SharedBranch {
  #messages: MessageQueries;
  constructor(messages: MessageQueries) {
    this.#messages = messages;
  }

  /** Fit to be frozen: refused while an answer is being written anywhere in the chat, and when nothing would be shown. */
  async complete(chat: ChatRow, linkId: string): Promise<SnapshotMessage[]> {
    if (await this.isMoving(chat.id)) {
      throw conflict(
        'An answer is still being written. Wait until it is finished, or stop it, and share then.',
        'streaming',
      );
    }
    const snapshot = await this.now(chat, linkId);
    if (snapshot.length === 0) {
      throw refused('There is nothing to share in this chat yet. Ask something first.', 'nothing_to_share');
    }
    return snapshot;
  }

  /** As it is at this moment, an answer that is being written left out. */
  async now(chat: ChatRow, linkId: string): Promise<SnapshotMessage[]> {
    if (chat.activeMessageId === null) return [];
    const branch = await this.#messages.branch(chat.id, chat.activeMessageId, limits.messagesPerChat);
    return snapshotOf(linkId, branch);
  }

  async isMoving(chatId: string): Promise<boolean> {
    return (await this.#messages.streaming(chatId)).length > 0;
  }
}
