import type { ManagedUser, Permissions, User } from '#shared/users';
import { isMember, type Actor } from '../../platform/policy.ts';
import type { NewAccountLink } from './accountLinks.service.ts';
import type { UserRow } from './users.queries.ts';

export const presentUser = (user: Actor): User => ({
  id: user.id,
  name: user.name,
  email: user.email,
  role: user.role,
});

export const presentManagedUser = (row: UserRow, invited: boolean): ManagedUser => ({
  id: row.id,
  name: row.name,
  email: row.email,
  role: row.role,
  active: row.active,
  invited,
  createdAt: new Date(row.createdAt).toISOString(),
  lastActiveAt: row.lastActiveAt === null ? null : new Date(row.lastActiveAt).toISOString(),
});

export const presentPermissions = (actor: Actor, communitySharing: boolean): Permissions => ({
  chat: isMember(actor),
  share: isMember(actor),
  shareToCommunity: isMember(actor) && communitySharing,
  administer: actor.role === 'admin',
});

/** The token is in the fragment, which browsers never send: neither servers nor proxies can log it. */
export const presentAccountLink = (origin: string, { token, expiresAt }: NewAccountLink) => ({
  url: `${origin}/auth/password#${token}`,
  expiresAt: new Date(expiresAt).toISOString(),
});
