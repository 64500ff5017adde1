import { forbidden, notFound } from './errors.ts';

/** Someone signed in, as known at this very request. */
export interface Actor {
  id: string;
  name: string;
  email: string;
  role: 'pending' | 'user' | 'admin';
}

export type Policy<Row, Action extends string> = Record<Action, (actor: Actor, row: Row) => boolean>;

/** Returns the row, now known to exist and to be allowed; 404 otherwise, so that nobody learns what exists. */
export function authorize<Row, Action extends string>(
  policy: Policy<Row, Action>,
  actor: Actor,
  action: NoInfer<Action>,
  row: Row | null | undefined,
): Row {
  if (row == null || !policy[action](actor, row)) throw notFound();
  return row;
}

export const isMember = (actor: Actor): boolean => actor.role !== 'pending';
export const isAdmin = (actor: Actor): boolean => actor.role === 'admin';

export function requireAdmin(actor: Actor): void {
  if (!isAdmin(actor)) throw forbidden('Only admins can do this.');
}

/** Pending accounts see nothing but that they are waiting. */
export function requireMember(actor: Actor): void {
  if (!isMember(actor)) throw forbidden('Your account is waiting for approval by an admin.', 'pending');
}
