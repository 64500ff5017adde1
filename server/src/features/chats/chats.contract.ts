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

/** Decides whether a person has storage left. The usage feature implements it. */
export interface StorageGuard {
  /** Throws `refused` when the person's storage is full, or would not take this many further bytes. */
  requireSpace(userId: string, bytes: number): Promise<void>;
  /** Returns what is left to the person now, for several writes in a row. */
  space(userId: string): Promise<StorageSpace>;
}

/** The storage that is left to one person. */
export interface StorageSpace {
  /** Throws `refused` when nothing is left, or less than this many bytes. */
  require(bytes: number): void;
  /** Call when they have been stored. */
  use(bytes: number): void;
}

/** Bytes counted for each row beside its text: what the row and its index entries take on the disk, roughly. */
export const rowBytes = { chat: 500, message: 200 };

/** Reads the messages that are shown when a chat is opened. */
export interface BranchReader {
  /** Returns the last page of the active branch. */
  activeBranch(chat: ChatRow): Promise<BranchPage>;
}
