import { ApiError } from '../../../api/apiError.ts';
import { t } from '../../../i18n/t.ts';
import { PendingQuestion } from './pendingQuestion.svelte.ts';

interface Deps {
  /** Rejects when the server did not store the question. */
  deliver: (question: PendingQuestion) => Promise<void>;
  restoreDraft: (content: string) => void;
}

/** Holds one question until the server has stored it: sent, kept for a retry, or put back into the draft with the reason. */
export class Outbox {
  #question = $state.raw<PendingQuestion | null>(null);
  #rejection = $state<string | null>(null);
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  get question(): PendingQuestion | null {
    return this.#question;
  }
  /** Why the server rejected the last question. */
  get rejection(): string | null {
    return this.#rejection;
  }
  /** A question is being sent. */
  get sending(): boolean {
    return this.#question !== null && this.#question.error === null;
  }

  /** Never rejects: `question` and `rejection` show the outcome. */
  async send(content: string, parentId: string | null): Promise<void> {
    this.#question = new PendingQuestion(content, parentId);
    await this.#deliver(this.#question);
  }

  /** Sends the undelivered question again. */
  async retry(): Promise<void> {
    if (this.#question?.error == null) return;
    this.#question.clearError();
    await this.#deliver(this.#question);
  }

  /** Moves the undelivered question back into the draft. */
  editUnsent(): void {
    if (this.#question?.error == null) return;
    this.#restoreDraft(this.#question);
  }

  dismissRejection(): void {
    this.#rejection = null;
  }

  async #deliver(question: PendingQuestion): Promise<void> {
    this.#rejection = null;
    try {
      await this.#deps.deliver(question);
      this.#question = null;
    } catch (error) {
      const message = error instanceof ApiError ? error.message : t('common.somethingFailed');
      if (isRetryable(error)) return question.fail(message);
      this.#restoreDraft(question);
      this.#rejection = message;
    }
  }

  #restoreDraft({ content }: PendingQuestion): void {
    this.#question = null;
    this.#deps.restoreDraft(content);
  }
}

/** Returns whether the same question may succeed later; false when the server rejected the question itself. */
function isRetryable(error: unknown): boolean {
  if (!(error instanceof ApiError)) return true;
  return error.status === 0 || error.status === 409 || error.status === 429 || error.status >= 500;
}
