import { authPath, nextOf, pathOf } from './redirects.ts';
import type { Session } from './session.svelte.ts';

type Guard = (to: URL) => string | null;

/** Who may see which page; each sends everyone else to where they can go on. */
export interface Guards {
  /** Signed in and approved. */
  member: Guard;
  admin: Guard;
  /** The sign-in page is for those who are not signed in. */
  visitor: Guard;
  /** The waiting room. */
  pending: Guard;
}

/** Guards of routes, which ask `session` anew at every navigation. */
export function guardsOf(session: Pick<Session, 'standing'>): Guards {
  const member: Guard = (to) => {
    if (session.standing === 'visitor') return authPath('/auth', pathOf(to));
    return session.standing === 'pending' ? authPath('/pending', pathOf(to)) : null;
  };
  return {
    member,
    admin: (to) => member(to) ?? (session.standing === 'admin' ? null : '/'),
    visitor: (to) => {
      if (session.standing === 'visitor') return null;
      return session.standing === 'pending' ? authPath('/pending', nextOf(to)) : nextOf(to);
    },
    pending: (to) => {
      if (session.standing === 'visitor') return authPath('/auth', nextOf(to));
      return session.standing === 'pending' ? null : nextOf(to);
    },
  };
}
