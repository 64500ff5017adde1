import { authPath, nextOf, pathOf } from './redirects.ts';
import type { Session } from './session.svelte.ts';

/** Returns the path to redirect to, or null when the page may be shown. */
type Guard = (to: URL) => string | null;

/** Route guards, by who may see the page. */
export interface Guards {
  /** Members and admins. */
  member: Guard;
  admin: Guard;
  /** People who are not signed in: the sign-in page. */
  visitor: Guard;
  /** Accounts that wait for approval. */
  pending: Guard;
}

/** Creates route guards that read the session at every navigation. */
export function createGuards(session: Pick<Session, 'status'>): Guards {
  const member: Guard = (to) => {
    if (session.status === 'visitor') return authPath('/auth', pathOf(to));
    return session.status === 'pending' ? authPath('/pending', pathOf(to)) : null;
  };
  return {
    member,
    admin: (to) => member(to) ?? (session.status === 'admin' ? null : '/'),
    visitor: (to) => {
      if (session.status === 'visitor') return null;
      return session.status === 'pending' ? authPath('/pending', nextOf(to)) : nextOf(to);
    },
    pending: (to) => {
      if (session.status === 'visitor') return authPath('/auth', nextOf(to));
      return session.status === 'pending' ? null : nextOf(to);
    },
  };
}
