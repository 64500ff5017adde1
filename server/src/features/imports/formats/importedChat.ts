import type { ChatSettings } from '#shared/chats';

/** A conversation of another product as one of ours. Every field is checked. */
export interface ImportedChat {
  source: string;
  /** Stable id of the conversation within its source, so that a second import detects that it exists. */
  externalId: string;
  title: string;
  /** Epoch milliseconds, as all times here. */
  createdAt: number;
  updatedAt: number;
  archived: boolean;
  pinned: boolean;
  /** Null if the file names none. */
  model: string | null;
  /** Empty if the file has none. */
  settings: ChatSettings;
  /** The last message of the branch that was open last. */
  activeExternalId: string;
  /** Oldest first, parents before their children. Never empty. */
  messages: ImportedMessage[];
}

export interface ImportedMessage {
  externalId: string;
  /** Null for a root. A chat has several roots if its first question was edited. */
  parentExternalId: string | null;
  role: 'user' | 'assistant';
  content: string;
  reasoning: string | null;
  reasoningMs: number | null;
  model: string | null;
  createdAt: number;
}

/** The export format of one product. To add a format, create a file beside this one and list it in `readConversation.ts`. */
export interface ImportFormat {
  /** Whether the value looks like a conversation of the product. Accepts any value. */
  detect(conversation: unknown): boolean;
  /**
   * Reads a whole conversation. `now` replaces missing dates. Throws `UnreadableConversation`.
   * Must not recurse: the file decides how deep a tree is.
   */
  read(conversation: unknown, now: number): ImportedChat;
}

/** A conversation that cannot be imported. The message is the reason shown to users. */
export class UnreadableConversation extends Error {}
