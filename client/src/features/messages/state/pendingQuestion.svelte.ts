import { newIdempotencyKey } from '../../../api/idempotencyKey.ts';

/** A question being sent: shown immediately, and kept until the server has stored it. */
export class PendingQuestion {
  readonly content: string;
  /** The message it follows; null at the beginning of a chat. */
  readonly parentId: string | null;
  /** The same for every attempt, so that the server stores the question once. */
  readonly idempotencyKey = newIdempotencyKey();
  #error = $state<string | null>(null);

  constructor(content: string, parentId: string | null) {
    this.content = content;
    this.parentId = parentId;
  }

  /** Why it was not delivered; null while it is being sent. */
  get error(): string | null {
    return this.#error;
  }

  fail(error: string): void {
    this.#error = error;
  }

  clearError(): void {
    this.#error = null;
  }
}
