import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { limits } from './limits.ts';
import { User } from './users.ts';
import { Id, IdParams, singleLine, sanitizeText, Time } from './values.ts';

const Email = z.string().trim().max(limits.email).toLowerCase().pipe(z.email('is not an email address'));

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
};
