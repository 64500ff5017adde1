import { toast } from './toast.svelte.ts';

/** Does something a person asked for; what goes wrong is shown to them. Answers whether it was done. */
export async function tryOrToast(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    toast.failed(error);
    return false;
  }
}
