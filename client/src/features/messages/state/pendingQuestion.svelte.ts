import { newIdempotencyKey } from '../../../api/idempotencyKey.ts';

/** A question on its way: shown at once, and kept until the server has it. */
export class PendingQuestion {
  readonly content: string;
  /** The message it follows; null at the beginning of a chat. */
  readonly parentId: string | null;
  /** The same for every attempt, so that the server takes the question once. */
  readonly idempotencyKey = newIdempotencyKey();
  readonly sentAt = new Date().toISOString();
  #error = $state<string | null>(null);

  constructor(content: string, parentId: string | null) {
    this.content = content;
    this.parentId = parentId;
  }

  /** Why it did not arrive; null while it is on its way. */
  get error(): string | null {
    return this.#error;
  }

  fail(error: string): void {
    this.#error = error;
  }

  again(): void {
    this.#error = null;
  }
}
