import { toast } from './toast.svelte.ts';

/** Runs an action and shows a toast when it fails. Returns whether it succeeded. */
export async function tryOrToast(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    toast.failed(error);
    return false;
  }
}
