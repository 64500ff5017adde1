import { ApiError } from '../../api/apiError.ts';
import { fieldErrorsOf } from '../../api/fieldErrors.ts';
import { t } from '../../i18n/t.ts';
import type { Session } from './session.svelte.ts';
import { signInFaults, signUpFaults } from './credentials.ts';
import type { Faults } from './credentials.ts';

export type AuthMode = 'signIn' | 'signUp';

/** Refusals that belong to one field. */
const fieldOf: Readonly<Record<string, keyof Faults>> = {
  email_taken: 'email',
  wrong_credentials: 'password',
};

/** The one form to sign in or sign up with. What was typed stays when one turns into the other, or fails. */
export class AuthForm {
  name = $state('');
  email = $state('');
  password = $state('');
  #mode = $state<AuthMode>('signIn');
  #faults = $state.raw<Faults>({});
  #refusal = $state<string | null>(null);
  #busy = $state(false);
  readonly #session: Pick<Session, 'config' | 'refresh' | 'signIn' | 'signUp'>;

  constructor(session: Pick<Session, 'config' | 'refresh' | 'signIn' | 'signUp'>) {
    this.#session = session;
  }

  /** The very first account can only be made, and none can be made where sign-up is closed. */
  get mode(): AuthMode {
    const { firstRun, signUp } = this.#session.config;
    if (firstRun) return 'signUp';
    return signUp === 'closed' ? 'signIn' : this.#mode;
  }
  get faults(): Faults {
    return this.#faults;
  }
  /** Why it did not work, where no single field is to blame. */
  get refusal(): string | null {
    return this.#refusal;
  }
  get busy(): boolean {
    return this.#busy;
  }

  switchTo(mode: AuthMode): void {
    this.#mode = mode;
    this.#faults = {};
    this.#refusal = null;
  }

  /** Answers whether the person is signed in now. Stays busy then: the page is about to change. */
  async submit(): Promise<boolean> {
    if (this.#busy) return false;
    this.#refusal = null;
    this.#faults = this.mode === 'signIn' ? signInFaults(this) : signUpFaults(this);
    if (Object.keys(this.#faults).length > 0) return false;
    this.#busy = true;
    try {
      await this.#send();
      return true;
    } catch (error) {
      this.#busy = false;
      this.#explain(error);
      return false;
    }
  }

  async #send(): Promise<void> {
    const [email, password] = [this.email.trim(), this.password];
    if (this.mode === 'signIn') await this.#session.signIn(email, password);
    else await this.#session.signUp({ name: this.name.trim(), email, password });
  }

  #explain(error: unknown): void {
    const message = error instanceof ApiError ? error.message : t('common.somethingFailed');
    const field = error instanceof ApiError ? fieldOf[error.code] : undefined;
    this.#faults = field ? { [field]: message } : fieldErrorsOf(error);
    if (Object.keys(this.#faults).length === 0) this.#refusal = message;
    // Someone else may have been first, or sign-up closed meanwhile.
    if (error instanceof ApiError && error.status === 403) this.#session.refresh().catch(() => undefined);
  }
}
