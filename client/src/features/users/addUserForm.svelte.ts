import type { Role } from '#shared/users';
import { ApiError } from '../../api/apiError.ts';
import { fieldErrorsOf } from '../../api/fieldErrors.ts';
import { t } from '../../i18n/t.ts';
import { validateNewUser } from '../auth/credentials.ts';
import type { FieldErrors } from '../auth/credentials.ts';
import type { AccountLink, Users } from './users.svelte.ts';

/** State of the form to add a user. Once the account exists, `link` is the invitation to hand over. */
export class AddUserForm {
  name = $state('');
  email = $state('');
  role = $state<Role>('user');
  #fieldErrors = $state.raw<FieldErrors>({});
  #error = $state<string | null>(null);
  #busy = $state(false);
  #link = $state.raw<AccountLink | null>(null);
  readonly #users: Pick<Users, 'add'>;

  constructor(users: Pick<Users, 'add'>) {
    this.#users = users;
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
  /** The invitation; null until the account was created. */
  get link(): AccountLink | null {
    return this.#link;
  }

  /** Returns whether the account was created. */
  async submit(): Promise<boolean> {
    if (this.#busy) return false;
    this.#error = null;
    this.#fieldErrors = validateNewUser(this);
    if (Object.keys(this.#fieldErrors).length > 0) return false;
    this.#busy = true;
    try {
      const { name, email, role } = this;
      this.#link = await this.#users.add({ name: name.trim(), email: email.trim(), role });
      return true;
    } catch (error) {
      this.#showError(error);
      return false;
    } finally {
      this.#busy = false;
    }
  }

  #showError(error: unknown): void {
    const message = error instanceof ApiError ? error.message : t('common.somethingFailed');
    const isTaken = error instanceof ApiError && error.code === 'email_taken';
    this.#fieldErrors = isTaken ? { email: message } : fieldErrorsOf(error);
    if (Object.keys(this.#fieldErrors).length === 0) this.#error = message;
  }
}
