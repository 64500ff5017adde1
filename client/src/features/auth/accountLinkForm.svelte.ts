import type { Api } from '#shared/api';
import type { ResponseOf } from '#shared/endpoint';
import { limits } from '#shared/limits';
import { ApiError } from '../../api/apiError.ts';
import { call } from '../../api/call.ts';
import { fieldErrorsOf } from '../../api/fieldErrors.ts';
import { t } from '../../i18n/t.ts';
import type { Session } from './session.svelte.ts';

export type LinkedAccount = ResponseOf<Api['POST /auth/account-link']>;

const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.status === 404;
const messageOf = (error: unknown): string =>
  error instanceof ApiError ? error.message : t('common.somethingFailed');

/** State of the page that a one-time link opens: whose password it sets, and the form to set it. */
export class AccountLinkForm {
  password = $state('');
  #account = $state.raw<LinkedAccount | null>(null);
  #deadReason = $state<string | null>(null);
  #error = $state<string | null>(null);
  #passwordError = $state<string | null>(null);
  #busy = $state(false);
  readonly #token: string;
  readonly #session: Pick<Session, 'useAccountLink'>;

  constructor(token: string, session: Pick<Session, 'useAccountLink'>) {
    this.#token = token;
    this.#session = session;
  }

  /** Null until it was read. */
  get account(): LinkedAccount | null {
    return this.#account;
  }
  /** Why the link does not work; null while it does. */
  get deadReason(): string | null {
    return this.#deadReason;
  }
  /** Why the last request failed, when it may succeed later. */
  get error(): string | null {
    return this.#error;
  }
  get passwordError(): string | null {
    return this.#passwordError;
  }
  get busy(): boolean {
    return this.#busy;
  }

  /** Reads whose password the link sets. A failure is reported by `deadReason` or `error`. */
  async load(): Promise<void> {
    this.#error = null;
    try {
      this.#account = await call('POST /auth/account-link', { body: { token: this.#token } });
    } catch (error) {
      this.#show(error);
    }
  }

  /** Returns whether the password was set and the person is signed in. */
  async submit(): Promise<boolean> {
    if (this.#busy) return false;
    this.#error = null;
    this.#passwordError =
      this.password.length < limits.passwordMin
        ? t('auth.passwordTooShort', { count: limits.passwordMin })
        : null;
    if (this.#passwordError) return false;
    this.#busy = true;
    try {
      await this.#session.useAccountLink(this.#token, this.password);
      return true;
    } catch (error) {
      this.#busy = false;
      this.#show(error);
      return false;
    }
  }

  #show(error: unknown): void {
    if (isNotFound(error)) this.#deadReason = messageOf(error);
    else this.#passwordError = fieldErrorsOf(error)['password'] ?? null;
    if (!this.#deadReason && !this.#passwordError) this.#error = messageOf(error);
  }
}
