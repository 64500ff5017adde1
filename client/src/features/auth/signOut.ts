import { router } from '../../router/router.svelte.ts';
import { toast } from '../../ui/toast.svelte.ts';
import type { Session } from './session.svelte.ts';

/** Signs out, unless the page holds something unsaved that the person wants to keep. */
export async function signOut(session: Session): Promise<void> {
  // The next person to sign in here is not led to the page of this one.
  await router.go('/');
  if (router.url.pathname !== '/') return;
  try {
    await session.signOut();
  } catch (error) {
    toast.failed(error);
  }
}
