import type { BranchPage } from '#shared/messages';
import type { ChatRow } from './chats.queries.ts';

// The messages feature depends on chats, so chats cannot import it: `features.ts` passes it in.

/** Finds and removes messages in the tree of a chat. */
export interface MessageTree {
  /** Returns the id of the newest leaf below a message; undefined when the message is not in the chat. */
  newestLeafBelow(chatId: string, messageId: string): Promise<string | undefined>;
  /** Returns a page of the messages of a chat, without their text. */
  nodesOfChat(chatId: string, after: undefined, limit: number): Promise<{ id: string }[]>;
  remove(chatId: string, messageIds: string[]): Promise<void>;
}

/** Reads the messages that are shown when a chat is opened. */
export interface BranchReader {
  /** Returns the last page of the active branch. */
  activeBranch(chat: ChatRow): Promise<BranchPage>;
}
