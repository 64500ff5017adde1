import type { ManagedUser } from '#shared/users';
import type { Person } from './person.ts';

/** Returns the token of a one-time link. */
export const tokenOf = (url: string): string => new URL(url).hash.slice(1);

/** Invites someone, and returns their account and the token of their invitation. */
export async function invite(admin: Person, name: string, role: ManagedUser['role'] = 'user') {
  const body = { name, email: `${name.toLowerCase()}@example.org`, role };
  const response = await admin.post('/admin/users', body).expect(201);
  const { user, inviteUrl } = response.body as { user: ManagedUser; inviteUrl: string };
  return { user, inviteUrl, token: tokenOf(inviteUrl) };
}

/** Creates a link to reset the password of an account, and returns its token. */
export async function resetLink(admin: Person, userId: string): Promise<string> {
  const response = await admin.post(`/admin/users/${userId}/reset-link`).expect(200);
  return tokenOf((response.body as { url: string }).url);
}

/** Sets a password with a one-time link, as its page does. Does not expect success. */
export const setPassword = (person: Person, token: string, password: string) =>
  person.post('/auth/account-link/use', { token, password });
