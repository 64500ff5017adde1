import { ApiError } from '../../../api/apiError.ts';
import { t } from '../../../i18n/t.ts';
import { PendingQuestion } from './pendingQuestion.svelte.ts';

interface Deps {
  /** Rejects when the server did not take the question. */
  deliver: (question: PendingQuestion) => Promise<void>;
  giveBack: (content: string) => void;
}

/** Holds one question until the server has it: sent, kept to be sent again, or given back with the reason. */
export class Outbox {
  #question = $state.raw<PendingQuestion | null>(null);
  #refusal = $state<string | null>(null);
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  get question(): PendingQuestion | null {
    return this.#question;
  }
  /** Why the last question was given back. */
  get refusal(): string | null {
    return this.#refusal;
  }
  /** A question is on its way. */
  get sending(): boolean {
    return this.#question !== null && this.#question.error === null;
  }

  /** Never rejects: `question` and `refusal` tell. */
  async send(content: string, parentId: string | null): Promise<void> {
    this.#question = new PendingQuestion(content, parentId);
    await this.#deliver(this.#question);
  }

  /** Sends the question that did not arrive once more. */
  async retry(): Promise<void> {
    if (this.#question?.error == null) return;
    this.#question.again();
    await this.#deliver(this.#question);
  }

  /** Gives the question that did not arrive back. */
  takeBack(): void {
    if (this.#question?.error == null) return;
    this.#giveBack(this.#question);
  }

  dismissRefusal(): void {
    this.#refusal = null;
  }

  async #deliver(question: PendingQuestion): Promise<void> {
    this.#refusal = null;
    try {
      await this.#deps.deliver(question);
      this.#question = null;
    } catch (error) {
      const message = error instanceof ApiError ? error.message : t('common.somethingFailed');
      if (mayArriveLater(error)) return question.fail(message);
      this.#giveBack(question);
      this.#refusal = message;
    }
  }

  #giveBack({ content }: PendingQuestion): void {
    this.#question = null;
    this.#deps.giveBack(content);
  }
}

/** Whether the same question may well be taken at another time: what the server refused for itself will not be. */
function mayArriveLater(error: unknown): boolean {
  if (!(error instanceof ApiError)) return true;
  return error.status === 0 || error.status === 409 || error.status === 429 || error.status >= 500;
}
