import { router } from '../../router/router.svelte.ts';
import { tryOrToast } from '../../ui/overlay/tryOrToast.ts';
import type { Session } from './session.svelte.ts';

/** Signs out, unless the user stays on a page with unsaved changes. */
export async function signOut(session: Session): Promise<void> {
  // Leave the page first, so that the next person to sign in here is not redirected to it.
  await router.go('/');
  if (router.url.pathname === '/') await tryOrToast(() => session.signOut());
}
