import type { ManagedUser } from '#shared/users';

export type UserDialog =
  { name: 'add' } | { name: 'resetPassword'; user: ManagedUser } | { name: 'delete'; user: ManagedUser };

/** Which dialog of the list of users is open: at most one. */
export class UserDialogs {
  #current = $state.raw<UserDialog | null>(null);

  /** The open dialog; null when there is none. */
  get current(): UserDialog | null {
    return this.#current;
  }

  open(dialog: UserDialog): void {
    this.#current = dialog;
  }

  close(): void {
    this.#current = null;
  }
}
