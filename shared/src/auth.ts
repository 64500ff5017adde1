import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { limits } from './limits.ts';
import { User } from './users.ts';
import { singleLine, sanitizeText } from './values.ts';

const Email = z.string().trim().max(limits.email).toLowerCase().pipe(z.email('is not an email address'));

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
};
