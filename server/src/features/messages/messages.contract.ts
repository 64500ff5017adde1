import type { MessageRow } from './messages.queries.ts';

/** One answer to write. */
export interface AnswerJob {
  chatId: string;
  messageId: string;
  ownerId: string;
}

/** Writes answers. Implemented by generation, which depends on messages and not the reverse: `features.ts` passes it in. */
export interface AnswerWriter {
  /** Throws `refused` when the person already has as many answers streaming as one may have. */
  requireCapacity(userId: string): void;
  /** Starts to write an answer that is stored as `streaming`. */
  start(job: AnswerJob): void;
  /** Forgets how the answer ended. Call it when an answer is continued. */
  reopen(messageId: string): void;
  /** Stops every run in the chat. Resolves when the text received so far is stored as `stopped`. */
  stop(chatId: string): Promise<void>;
  /** The row with all text received so far while its answer is being written; otherwise the row unchanged. */
  withLiveText(row: MessageRow): MessageRow;
}
