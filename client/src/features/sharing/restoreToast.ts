import { t } from '../../i18n/t.ts';
import { toast } from '../../ui/overlay/toast.svelte.ts';

/** Reports revoked links and offers Undo. `restore` returns the number of links that work again. */
export function toastWithRestore(message: string, restore: () => Promise<number>): void {
  const undo = async () => toast.success(t('sharing.linksRestored', { count: await restore() }));
  toast.show({ message, undo });
}
