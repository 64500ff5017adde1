import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { limits } from './limits.ts';
import { listOf, PageQuery, SearchQuery } from './lists.ts';
import { IdParams, Id, singleLine, Time } from './values.ts';

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

export const ManagedUser = User.extend({
  active: z.boolean(),
  createdAt: Time,
  /** Null until the first request after signing in. */
  lastActiveAt: Time.nullable(),
});
export type ManagedUser = z.output<typeof ManagedUser>;

export const userEndpoints = {
  getMe: endpoint({
    method: 'GET',
    path: '/me',
    response: z.object({ user: User, permissions: Permissions }),
  }),
  updateMe: endpoint({
    method: 'PATCH',
    path: '/me',
    body: z.object({ name: singleLine(limits.name).optional() }),
    response: z.object({ user: User, permissions: Permissions }),
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
};
