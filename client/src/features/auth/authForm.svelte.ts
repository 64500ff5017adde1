import { ApiError } from '../../api/apiError.ts';
import { fieldErrorsOf } from '../../api/fieldErrors.ts';
import { t } from '../../i18n/t.ts';
import type { Session } from './session.svelte.ts';
import { validateSignIn, validateSignUp } from './credentials.ts';
import type { FieldErrors } from './credentials.ts';

export type AuthMode = 'signIn' | 'signUp';

/** The field that an error code belongs to. */
const fieldByErrorCode: Readonly<Record<string, keyof FieldErrors>> = {
  email_taken: 'email',
  wrong_credentials: 'password',
  password_common: 'password',
};

/** State of the form to sign in or sign up. The typed values are kept after a change of mode and a failed request. */
export class AuthForm {
  name = $state('');
  email = $state('');
  password = $state('');
  #mode = $state<AuthMode>('signIn');
  #fieldErrors = $state.raw<FieldErrors>({});
  #error = $state<string | null>(null);
  #busy = $state(false);
  readonly #session: Pick<Session, 'config' | 'refresh' | 'signIn' | 'signUp'>;

  constructor(session: Pick<Session, 'config' | 'refresh' | 'signIn' | 'signUp'>) {
    this.#session = session;
  }

  /** Always sign-up for the first account of an instance, always sign-in while sign-up is closed. */
  get mode(): AuthMode {
    const { firstRun, signUp } = this.#session.config;
    if (firstRun) return 'signUp';
    return signUp === 'closed' ? 'signIn' : this.#mode;
  }
  get fieldErrors(): FieldErrors {
    return this.#fieldErrors;
  }
  /** Why the request failed, when the error belongs to no single field. */
  get error(): string | null {
    return this.#error;
  }
  get busy(): boolean {
    return this.#busy;
  }

  switchTo(mode: AuthMode): void {
    this.#mode = mode;
    this.#fieldErrors = {};
    this.#error = null;
  }

  /** Returns whether the user is signed in. The form then remains busy, because the page is about to change. */
  async submit(): Promise<boolean> {
    if (this.#busy) return false;
    this.#error = null;
    this.#fieldErrors = this.mode === 'signIn' ? validateSignIn(this) : validateSignUp(this);
    if (Object.keys(this.#fieldErrors).length > 0) return false;
    this.#busy = true;
    try {
      await this.#send();
      return true;
    } catch (error) {
      this.#busy = false;
      this.#showError(error);
      return false;
    }
  }

  async #send(): Promise<void> {
    const [email, password] = [this.email.trim(), this.password];
    if (this.mode === 'signIn') await this.#session.signIn(email, password);
    else await this.#session.signUp({ name: this.name.trim(), email, password });
  }

  #showError(error: unknown): void {
    const message = error instanceof ApiError ? error.message : t('common.somethingFailed');
    const field = error instanceof ApiError ? fieldByErrorCode[error.code] : undefined;
    this.#fieldErrors = field ? { [field]: message } : fieldErrorsOf(error);
    if (Object.keys(this.#fieldErrors).length === 0) this.#error = message;
    // The first account may have been created meanwhile, or sign-up closed: the form must follow the new configuration.
    if (error instanceof ApiError && error.status === 403) this.#session.refresh().catch(() => undefined);
  }
}
