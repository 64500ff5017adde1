import type { ManagedUser, Role } from '#shared/users';
import { t } from '../../i18n/t.ts';
import { confirm } from '../../ui/overlay/confirm.svelte.ts';
import { toast } from '../../ui/overlay/toast.svelte.ts';
import { tryOrToast } from '../../ui/overlay/tryOrToast.ts';
import type { Users } from './users.svelte.ts';

export const roleNames: Readonly<Record<Role, string>> = {
  pending: t('users.rolePending'),
  user: t('users.roleUser'),
  admin: t('users.roleAdmin'),
};

const roleChanged = {
  pending: 'users.nowPending',
  user: 'users.nowUser',
  admin: 'users.nowAdmin',
} as const;

/** The actions of an admin on an account, with their confirmations and messages. */
export class UserActions {
  readonly #users: Users;

  constructor(users: Users) {
    this.#users = users;
  }

  async approve(user: ManagedUser): Promise<void> {
    await this.#update(user, { role: 'user' }, t('users.approved', { name: user.name }));
  }

  async setRole(user: ManagedUser, role: Role): Promise<void> {
    if (role === user.role) return;
    await this.#update(user, { role }, t(roleChanged[role], { name: user.name }));
  }

  async deactivate(user: ManagedUser): Promise<void> {
    const { name } = user;
    const confirmed = await confirm({
      title: t('users.deactivateTitle', { name }),
      body: t('users.deactivateBody', { name }),
      action: t('users.deactivate'),
      danger: true,
    });
    if (confirmed) await this.#update(user, { active: false }, t('users.deactivated', { name }));
  }

  async reactivate(user: ManagedUser): Promise<void> {
    await this.#update(user, { active: true }, t('users.reactivated', { name: user.name }));
  }

  async #update(
    user: ManagedUser,
    change: { role?: Role; active?: boolean },
    successMessage: string,
  ): Promise<void> {
    if (await tryOrToast(() => this.#users.update(user, change))) toast.success(successMessage);
    // A refusal may mean that the list on the screen is out of date.
    else void this.#users.list.refresh();
  }
}
