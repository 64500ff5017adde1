import type { ManagedUser, Role } from '#shared/users';
import { t } from '../../i18n/t.ts';
import { confirm } from '../../ui/confirm.svelte.ts';
import { toast } from '../../ui/toast.svelte.ts';
import type { Users } from './users.svelte.ts';

export const roleNames: Readonly<Record<Role, string>> = {
  pending: t('admin.rolePending'),
  user: t('admin.roleUser'),
  admin: t('admin.roleAdmin'),
};

/** What an admin does to an account, with what is said about it. */
export class UserActions {
  readonly #users: Users;

  constructor(users: Users) {
    this.#users = users;
  }

  async approve(user: ManagedUser): Promise<void> {
    await this.#change(user, { role: 'user' }, t('admin.approved', { name: user.name }));
  }

  async setRole(user: ManagedUser, role: Role): Promise<void> {
    if (role === user.role) return;
    await this.#change(user, { role }, t('admin.roleChanged', { name: user.name, role: roleNames[role] }));
  }

  async deactivate(user: ManagedUser): Promise<void> {
    const { name } = user;
    const sure = await confirm({
      title: t('admin.deactivateTitle', { name }),
      body: t('admin.deactivateBody', { name }),
      action: t('admin.deactivate'),
      danger: true,
    });
    if (sure) await this.#change(user, { active: false }, t('admin.nowInactive', { name }));
  }

  async reactivate(user: ManagedUser): Promise<void> {
    await this.#change(user, { active: true }, t('admin.nowActive', { name: user.name }));
  }

  async #change(user: ManagedUser, change: { role?: Role; active?: boolean }, done: string): Promise<void> {
    try {
      await this.#users.change(user, change);
      toast.success(done);
    } catch (error) {
      toast.failed(error);
      // What is shown may be older than what the server refused to change.
      void this.#users.list.refresh();
    }
  }
}
