import { forbidden, NotAllowed, notFound } from './errors.ts';

/** A signed-in user, with the name and role read for this request. */
export interface Actor {
  id: string;
  name: string;
  email: string;
  role: 'pending' | 'user' | 'admin';
}

export type Policy<Row, Action extends string> = Record<Action, (actor: Actor, row: Row) => boolean>;

/** Returns the row if it exists and the action is allowed. Throws `not_found` otherwise, so that nobody learns what exists. */
export function authorize<Row, Action extends string>(
  policy: Policy<Row, Action>,
  actor: Actor,
  action: NoInfer<Action>,
  row: Row | null | undefined,
): Row {
  if (row == null) throw notFound();
  if (!policy[action](actor, row)) throw new NotAllowed();
  return row;
}

export const isMember = (actor: Actor): boolean => actor.role !== 'pending';
export const isAdmin = (actor: Actor): boolean => actor.role === 'admin';

export function requireAdmin(actor: Actor): void {
  if (!isAdmin(actor)) throw forbidden('Only admins can do this.');
}

/** Throws for an account that is waiting for approval. */
export function requireMember(actor: Actor): void {
  if (!isMember(actor)) throw forbidden('Your account is waiting for approval by an admin.', 'pending');
}
