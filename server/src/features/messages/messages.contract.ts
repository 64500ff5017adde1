import type { MessageRow } from './messages.queries.ts';

/** One answer to write. */
export interface AnswerJob {
  chatId: string;
  messageId: string;
  ownerId: string;
}

/** Writes answers. Generation, which depends on messages, implements it; `features.ts` passes it in. */
export interface AnswerWriter {
  /**
   * Runs `work`, which stores an answer of this person as `streaming`. Throws `refused` when the person already has the
   * maximum number of streaming answers.
   */
  withCapacity<T>(userId: string, work: () => Promise<T>): Promise<T>;
  /** Starts to write an answer that is stored as `streaming`. */
  start(job: AnswerJob): void;
  /** Forgets how the answer ended. Call it when an answer is continued. */
  reopen(messageId: string): void;
  /** Stops every run in the chat. Resolves when the text received so far is stored as `stopped`. */
  stop(chatId: string): Promise<void>;
  /**
   * Returns the row with all text received so far while its answer is being written, on whichever node; otherwise the
   * row unchanged.
   */
  withLiveText(row: MessageRow): Promise<MessageRow>;
}
