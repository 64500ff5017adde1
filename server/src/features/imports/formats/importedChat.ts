import type { ChatSettings } from '#shared/chats';

/** A conversation of another product in our own words. It holds nothing that was not checked. */
export interface ImportedChat {
  source: string;
  /** Names the conversation within its source for good, so that a second import can tell that it is here already. */
  externalId: string;
  title: string;
  /** Epoch milliseconds, as all times here. */
  createdAt: number;
  updatedAt: number;
  archived: boolean;
  pinned: boolean;
  /** Null where the file names none. */
  model: string | null;
  /** Empty where the file says nothing, and for products that keep none. */
  settings: ChatSettings;
  /** The end of the branch that was open last. */
  activeExternalId: string;
  /** Oldest first; a parent always comes before its children. Never empty. */
  messages: ImportedMessage[];
}

export interface ImportedMessage {
  externalId: string;
  /** Null at a root; a chat has several roots when its first question was edited. */
  parentExternalId: string | null;
  role: 'user' | 'assistant';
  content: string;
  reasoning: string | null;
  reasoningMs: number | null;
  model: string | null;
  createdAt: number;
}

/** One product's export. To read another one, write a file beside this one and name it in `formats.ts`. */
export interface ImportFormat {
  /** Whether this looks like a conversation of the product; asked about anything at all. */
  detect(conversation: unknown): boolean;
  /**
   * The whole conversation. `now` stands in for dates that are missing.
   * Throws `UnreadableConversation`. Never recursive: the file decides how deep a tree is.
   */
  read(conversation: unknown, now: number): ImportedChat;
}

/** One conversation that cannot come in. The message is the reason shown to people. */
export class UnreadableConversation extends Error {}
