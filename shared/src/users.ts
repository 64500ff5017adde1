import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { limits } from './limits.ts';
import { listOf, PageQuery, SearchQuery } from './lists.ts';
import { Email, IdParams, Id, singleLine, Time } from './values.ts';

export const Role = z.enum(['pending', 'user', 'admin']);
export type Role = z.output<typeof Role>;

export const User = z.object({ id: Id, name: z.string(), email: z.string(), role: Role });
export type User = z.output<typeof User>;

/** What the signed-in person may do, computed by the server's policies. */
export const Permissions = z.object({
  /** `chat` and `share` are true for every member until groups have permissions. */
  chat: z.boolean(),
  share: z.boolean(),
  shareToCommunity: z.boolean(),
  administer: z.boolean(),
});
export type Permissions = z.output<typeof Permissions>;

/** Someone who can be in the audience of a link. */
export const Person = z.object({ id: Id, name: z.string(), email: z.string() });
export type Person = z.output<typeof Person>;

/** `invite`: the account has no password yet. `reset`: replaces the password. */
export const AccountLinkKind = z.enum(['invite', 'reset']);
export type AccountLinkKind = z.output<typeof AccountLinkKind>;

export const ManagedUser = User.extend({
  active: z.boolean(),
  /** Whether the person has not yet set a password with their invitation. */
  invited: z.boolean(),
  createdAt: Time,
  /** Null until the first request after signing in. */
  lastActiveAt: Time.nullable(),
});
export type ManagedUser = z.output<typeof ManagedUser>;

/** The signed-in person. */
export const Me = z.object({
  user: User,
  permissions: Permissions,
  /** Number of accounts that wait for approval; 0 for everyone but admins. */
  pendingCount: z.number(),
});
export type Me = z.output<typeof Me>;

export const userEndpoints = {
  getMe: endpoint({ method: 'GET', path: '/me', response: Me }),
  updateMe: endpoint({
    method: 'PATCH',
    path: '/me',
    body: z.object({ name: singleLine(limits.name).optional() }),
    response: Me,
  }),
  changePassword: endpoint({
    method: 'POST',
    path: '/me/password',
    status: 204,
    body: z.object({
      currentPassword: z.string().max(limits.passwordMax),
      newPassword: z.string().min(limits.passwordMin).max(limits.passwordMax),
    }),
  }),
  /** Active members, for choosing the audience of a link. */
  listPeople: endpoint({
    method: 'GET',
    path: '/people',
    query: PageQuery.extend({ query: SearchQuery }),
    response: listOf(Person),
  }),
  listUsers: endpoint({
    method: 'GET',
    path: '/admin/users',
    query: PageQuery.extend({ query: SearchQuery, role: Role.optional() }),
    response: listOf(ManagedUser).extend({ pendingCount: z.number() }),
  }),
  updateUser: endpoint({
    method: 'PATCH',
    path: '/admin/users/:id',
    params: IdParams,
    body: z.object({ role: Role.optional(), active: z.boolean().optional() }),
    response: ManagedUser,
  }),
  /** Creates an account without a password. `inviteUrl` is returned this once. */
  createUser: endpoint({
    method: 'POST',
    path: '/admin/users',
    status: 201,
    body: z.object({ name: singleLine(limits.name), email: Email, role: Role }),
    response: z.object({ user: ManagedUser, inviteUrl: z.string(), expiresAt: Time }),
  }),
  /** Creates a one-time link to set the password, and ends the previous one. `url` is returned this once. */
  createResetLink: endpoint({
    method: 'POST',
    path: '/admin/users/:id/reset-link',
    params: IdParams,
    response: z.object({ url: z.string(), expiresAt: Time }),
  }),
  /**
   * Ends the account and removes its name and email. Chats that are kept can be read by nobody; links that are kept
   * are unreadable until a sharing policy allows links of former members. Links cannot outlive deleted chats.
   */
  deleteUser: endpoint({
    method: 'DELETE',
    path: '/admin/users/:id',
    status: 204,
    params: IdParams,
    body: z.object({
      chats: z.enum(['delete', 'keep']),
      links: z.enum(['revoke', 'keep']).default('revoke'),
    }),
  }),
};
