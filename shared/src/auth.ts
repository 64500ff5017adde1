import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { limits } from './limits.ts';
import { AccountLinkKind, User } from './users.ts';
import { Email, Id, IdParams, sanitizeText, singleLine, Time } from './values.ts';

/** The secret part of a one-time link. Any text of this length is looked up, so that malformed and unknown ones look the same. */
const LinkToken = z.string().max(limits.linkToken);

/** One of a person's own sessions. */
export const SessionInfo = z.object({
  id: Id,
  /** Whether it is the session of this request. */
  current: z.boolean(),
  /** Names for people, such as `Firefox` and `Windows`; null when they are not known. */
  browser: z.string().nullable(),
  system: z.string().nullable(),
  /** IP address of the last use that was recorded. */
  address: z.string().nullable(),
  createdAt: Time,
  /** Exact to a few minutes. */
  lastActiveAt: Time,
});
export type SessionInfo = z.output<typeof SessionInfo>;

export const authEndpoints = {
  signUp: endpoint({
    method: 'POST',
    path: '/auth/sign-up',
    status: 201,
    body: z.object({
      name: singleLine(limits.name),
      email: Email,
      password: z.string().min(limits.passwordMin).max(limits.passwordMax),
    }),
    response: z.object({ user: User }),
  }),
  signIn: endpoint({
    method: 'POST',
    path: '/auth/sign-in',
    body: z.object({
      email: z.string().trim().toLowerCase().max(limits.email).transform(sanitizeText),
      password: z.string().max(limits.passwordMax),
    }),
    response: z.object({ user: User }),
  }),
  signOut: endpoint({ method: 'POST', path: '/auth/sign-out', status: 204 }),
  listSessions: endpoint({
    method: 'GET',
    path: '/me/sessions',
    response: z.object({ items: z.array(SessionInfo) }),
  }),
  endSession: endpoint({ method: 'DELETE', path: '/me/sessions/:id', params: IdParams, status: 204 }),
  /** Ends all sessions except the one of the request, which gets a new id. */
  endOtherSessions: endpoint({ method: 'DELETE', path: '/me/sessions', status: 204 }),
  /** Returns whose password a one-time link sets. The token is sent in the body, because URLs are logged. */
  readAccountLink: endpoint({
    method: 'POST',
    path: '/auth/account-link',
    body: z.object({ token: LinkToken }),
    response: z.object({ kind: AccountLinkKind, name: z.string(), email: z.string() }),
  }),
  /** Sets the password, uses up the link, ends all sessions of the account and signs in. */
  useAccountLink: endpoint({
    method: 'POST',
    path: '/auth/account-link/use',
    body: z.object({
      token: LinkToken,
      password: z.string().min(limits.passwordMin).max(limits.passwordMax),
    }),
    response: z.object({ user: User }),
  }),
};
